/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "session_state.h"

/* A pump may overwrite its oldest records while it is read: ask for the range again, so often. */
#define PULL_ROUNDS_MAX 8

/* Records the pump had overwritten before anyone read them become LOST ranges. */
static int mark_lost(struct session *s, const struct msg_range *range, uint64_t *lost)
{
	uint64_t first, last;
	const char *serial = s->pairing.serial;
	int err = archive_begin(s->archive);
	if (err)
		return err;
	while (!err && range->first > 1 &&
	       archive_next_gap(s->archive, serial, range->epoch, 1, range->first - 1, &first, &last)) {
		err = archive_add_lost(s->archive, serial, range->epoch, first, last);
		*lost += last - first + 1;
	}
	if (!err)
		err = archive_commit(s->archive);
	if (err)
		archive_rollback(s->archive);
	return err;
}

/*
 * The pump's log must continue the stored one: where both know a chain value it is the same.
 * Checked at the pump's last record and just before its first; every pull checks in between.
 */
static enum error_code check_joins(struct session *s, const struct msg_range *range,
				   struct error *error)
{
	uint8_t stored[ARCHIVE_HASH_LEN];
	uint64_t newest;
	uint32_t epoch;
	const char *serial = s->pairing.serial;
	if (archive_last_epoch(s->archive, serial, &epoch) == 0 && epoch > range->epoch)
		return error_set(error, ERR_INTEGRITY,
				 "the pump's log is of an earlier time than records that were stored");
	if (archive_last_seq(s->archive, serial, range->epoch, &newest) == 0 && newest > range->last)
		return error_set(error, ERR_INTEGRITY,
				 "the pump's log ends before records that were stored earlier");
	if (archive_get_chain(s->archive, serial, range->epoch, range->last, stored) == 0 &&
	    memcmp(stored, range->last_hash, sizeof(stored)) != 0)
		return error_set(error, ERR_INTEGRITY, "the pump's log differs from the stored one");
	if (archive_get_chain(s->archive, serial, range->epoch, range->first - 1, stored) == 0 &&
	    memcmp(stored, range->before, sizeof(stored)) != 0)
		return error_set(error, ERR_INTEGRITY, "the pump's log differs from the stored one");
	return ERR_NONE;
}

static enum error_code pull_gap(struct session *s, const struct msg_range *range, uint64_t first,
				uint64_t last, struct error *error)
{
	uint8_t before[ARCHIVE_HASH_LEN];
	const uint8_t *hash_before = NULL;
	if (first == range->first)
		hash_before = range->before;
	else if (archive_get_chain(s->archive, s->pairing.serial, range->epoch, first - 1, before) == 0)
		hash_before = before;
	return session_pull_window(s, range->epoch, first, last, hash_before,
				   last == range->last ? range->last_hash : NULL, error);
}

/* One round: range, lost records, every gap. *again: the pump overwrote records meanwhile. */
static enum error_code pull_round(struct session *s, struct session_pull *out, bool *again,
				  struct error *error)
{
	struct msg_range range;
	uint64_t first, last;
	*again = false;
	enum error_code code = session_read_range(s, &range, error);
	if (code)
		return code;
	out->epoch = range.epoch;
	out->first = range.first;
	out->last = range.last;
	code = check_joins(s, &range, error);
	if (code)
		return code;
	if (mark_lost(s, &range, &out->lost) != 0)
		return error_set(error, ERR_FAILED, "the archive cannot be written");
	while (range.first <= range.last &&
	       archive_next_gap(s->archive, s->pairing.serial, range.epoch, range.first, range.last,
				&first, &last)) {
		s->wanted = s->stored + (last - first + 1);
		code = pull_gap(s, &range, first, last, error);
		if (code == ERR_PUMP_REFUSED && s->report.as.refused.code == CODE_NO_SUCH_RECORD) {
			*again = true;
			return ERR_NONE;
		}
		if (code)
			return code;
	}
	return ERR_NONE;
}

enum error_code session_pull_log(struct session *s, struct archive *archive,
				 void (*progress)(void *ctx, uint64_t stored, uint64_t wanted),
				 void *ctx, struct session_pull *out, struct error *error)
{
	memset(out, 0, sizeof(*out));
	const int noted = archive_note_pump(archive, s->pairing.serial, s->pump.is_virtual);
	if (noted)
		return error_set(error, noted == -ENOSPC ? ERR_DISK_FULL : ERR_FAILED,
				 "the archive cannot be written: %s", strerror(-noted));
	s->archive = archive;
	s->progress = progress;
	s->progress_ctx = ctx;
	s->stored = 0;
	s->store_error = 0;
	bool again = true;
	enum error_code code = ERR_NONE;
	session_pace(s, true);
	for (int round = 0; again && !code && round < PULL_ROUNDS_MAX; round++)
		code = pull_round(s, out, &again, error);
	session_pace(s, false);
	out->stored = s->stored;
	s->archive = NULL;
	s->progress = NULL;
	if (s->store_error == -EEXIST)
		return error_set(error, ERR_INTEGRITY,
				 "a record arrived that differs from the stored one of the same number");
	if (s->store_error)
		return error_set(error, ERR_PARTIAL, "the archive cannot be written: %s",
				 strerror(-s->store_error));
	if (code == ERR_INTEGRITY || code == ERR_PROTOCOL || code == ERR_NOT_AUTHENTIC)
		return code;
	if (code || again)
		return error_set(error, ERR_PARTIAL, "%s",
				 code ? error_text(code) : "the pump's log grows faster than it is read");
	out->complete = true;
	return ERR_NONE;
}
