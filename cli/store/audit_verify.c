/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit_scan.h"

static void fill_report(const struct audit_index *index, const struct audit_scan *scan,
			struct audit_report *report)
{
	report->records = index->tree.size;
	report->open_intents = index->open_count;
	tree_root(&index->tree, report->root);
	memcpy(report->origin, index->origin, sizeof(report->origin));
	if (!scan->problem)
		return;
	if (scan->torn)
		report->torn_bytes = scan->file_len - scan->at;
	else
		report->bad_line = index->tree.size + 1;
	(void)snprintf(report->problem, sizeof(report->problem), "%s", scan->problem);
}

int audit_verify(const char *log_path, struct audit_report *report)
{
	struct audit_scan scan;
	memset(report, 0, sizeof(*report));
	const int fd = open(log_path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	struct audit_index *index = malloc(sizeof(*index));
	int err = -ENOMEM;
	if (index) {
		audit_index_init(index);
		err = audit_scan_file(fd, 0, index, &scan);
		if (!err)
			fill_report(index, &scan, report);
		audit_index_finish(index);
		free(index);
	}
	close(fd);
	return err;
}
