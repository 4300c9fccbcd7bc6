/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * single_pull - downloads records one request at a time, each archived before the next is asked
 * for: what a protocol without blocks costs. Prints seconds for the records, without connecting.
 *
 *     single_pull STATE_DIR PUMP ADAPTER RECORDS
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "session_state.h"

enum { TIMEOUT_MS = 20000 };

static double pull_each(struct session *s, uint64_t records)
{
	struct msg_range range;
	struct error error;
	if (session_read_range(s, &range, &error))
		return -1;
	const uint64_t start = loop_now_ms();
	for (uint64_t seq = range.first; seq < range.first + records; seq++)
		if (session_pull_window(s, range.epoch, seq, seq, NULL, NULL, &error))
			return -1;
	return (double)(loop_now_ms() - start) / 1000;
}

int main(int argc, char **argv)
{
	char *end;
	struct error error = {0};
	struct session *session;
	struct archive *archive;
	struct session_config config = {.loop = loop_create(), .timeout_ms = TIMEOUT_MS};
	if (argc != 5 || sodium_init() < 0 || !config.loop)
		return 2;
	config.state_dir = argv[1];
	config.pump = argv[2];
	config.adapter = (int)strtol(argv[3], &end, 10);
	if (audit_open(&config.audit, config.state_dir) || archive_open(&archive, config.state_dir))
		return 1;
	if (session_open(&session, &config, &error)) {
		fprintf(stderr, "single_pull: %s: %s\n", error_text(error.code), error.detail);
		return 1;
	}
	session->archive = archive;
	const double took = pull_each(session, strtoull(argv[4], &end, 10));
	session_close(session);
	archive_close(archive);
	audit_close(config.audit);
	loop_destroy(config.loop);
	if (took < 0)
		return 1;
	printf("%.6f\n", took);
	return 0;
}
