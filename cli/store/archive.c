/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "archive.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Raised when the tables change in a way that older programs must not touch. */
#define ARCHIVE_FORMAT 1

enum statement {
	BEGIN,
	COMMIT,
	ROLLBACK,
	ADD,
	GET,
	SET_CHAIN,
	GET_CHAIN,
	ADD_LOST,
	LAST_EPOCH,
	LAST_SEQ,
	COUNT,
	COVERED_TO,
	NEXT_START,
	NOTE_PUMP,
	IS_VIRTUAL,
	VISIT_ALL,
	VISIT_NEWEST,
	STATEMENTS
};

static const char *const sql[STATEMENTS] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[ADD] = "INSERT INTO record(serial, epoch, seq, raw) VALUES(?1, ?2, ?3, ?4)"
		" ON CONFLICT DO NOTHING",
	[GET] = "SELECT raw FROM record WHERE serial = ?1 AND epoch = ?2 AND seq = ?3",
	[SET_CHAIN] = "INSERT OR REPLACE INTO chain(serial, epoch, seq, hash) VALUES(?1, ?2, ?3, ?4)",
	[GET_CHAIN] = "SELECT hash FROM chain WHERE serial = ?1 AND epoch = ?2 AND seq = ?3",
	[ADD_LOST] = "INSERT OR IGNORE INTO lost(serial, epoch, first, last) VALUES(?1, ?2, ?3, ?4)",
	[LAST_EPOCH] = "SELECT max(epoch) FROM record WHERE serial = ?1",
	[LAST_SEQ] = "SELECT max(seq) FROM record WHERE serial = ?1 AND epoch = ?2",
	[COUNT] = "SELECT count(*) FROM record WHERE serial = ?1 AND epoch = ?2",
	[COVERED_TO] = "SELECT max(last) FROM run WHERE serial = ?1 AND epoch = ?2 AND first <= ?3"
		       " AND last >= ?3",
	[NEXT_START] = "SELECT min(first) FROM run WHERE serial = ?1 AND epoch = ?2 AND first > ?3",
	[NOTE_PUMP] = "INSERT OR REPLACE INTO pump(serial, virtual) VALUES(?1, ?2)",
	[IS_VIRTUAL] = "SELECT virtual FROM pump WHERE serial = ?1",
	[VISIT_ALL] = "SELECT epoch, seq, raw FROM record WHERE serial = ?1 ORDER BY epoch, seq",
	[VISIT_NEWEST] = "SELECT epoch, seq, raw FROM (SELECT epoch, seq, raw FROM record"
			 " WHERE serial = ?1 ORDER BY epoch DESC, seq DESC LIMIT ?2)"
			 " ORDER BY epoch, seq",
};

/*
 * `run` holds the unbroken ranges that are stored or lost. It is kept in the transaction that adds
 * the records, so gaps are found without walking a million of them.
 */
static const char schema[] =
	"CREATE TABLE IF NOT EXISTS record(serial TEXT, epoch INTEGER, seq INTEGER, raw BLOB NOT NULL,"
	" PRIMARY KEY(serial, epoch, seq)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS pump(serial TEXT PRIMARY KEY, virtual INTEGER NOT NULL)"
	" STRICT, WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS chain(serial TEXT, epoch INTEGER, seq INTEGER,"
	" hash BLOB NOT NULL, PRIMARY KEY(serial, epoch, seq)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS lost(serial TEXT, epoch INTEGER, first INTEGER,"
	" last INTEGER NOT NULL, PRIMARY KEY(serial, epoch, first)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS run(serial TEXT, epoch INTEGER, first INTEGER,"
	" last INTEGER NOT NULL, PRIMARY KEY(serial, epoch, first)) STRICT, WITHOUT ROWID;";

struct archive {
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENTS];
	/* Unbroken range added in this batch and not yet in `run`. */
	bool has_batch;
	char batch_serial[24];
	uint32_t batch_epoch;
	uint64_t batch_first, batch_last;
};

static int sqlite_error(int result)
{
	switch (result & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return 0;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_READONLY:
		return -EACCES;
	default:
		return -EIO;
	}
}

static int run_sql(sqlite3 *db, const char *text)
{
	return sqlite_error(sqlite3_exec(db, text, NULL, NULL, NULL));
}

/* Prepares on first use; the statement is reset and holds (serial, epoch). */
static int use(struct archive *a, enum statement which, const char *serial, uint32_t epoch,
	       sqlite3_stmt **out)
{
	sqlite3_stmt **slot = &a->statements[which];
	*out = NULL;
	if (!*slot) {
		const int result = sqlite3_prepare_v3(a->db, sql[which], -1,
						      SQLITE_PREPARE_PERSISTENT, slot, NULL);
		if (result != SQLITE_OK)
			return sqlite_error(result);
	}
	sqlite3_reset(*slot);
	if (serial && sqlite3_bind_text(*slot, 1, serial, -1, SQLITE_STATIC) != SQLITE_OK)
		return -EIO;
	if (serial && sqlite3_bind_parameter_count(*slot) > 1 &&
	    sqlite3_bind_int64(*slot, 2, epoch) != SQLITE_OK)
		return -EIO;
	*out = *slot;
	return 0;
}

static int step_done(sqlite3_stmt *statement)
{
	const int result = sqlite3_step(statement);
	sqlite3_reset(statement);
	return result == SQLITE_DONE ? 0 : sqlite_error(result == SQLITE_ROW ? SQLITE_ERROR : result);
}

static int run_plain(struct archive *a, enum statement which)
{
	sqlite3_stmt *statement;
	const int err = use(a, which, NULL, 0, &statement);
	return err ? err : step_done(statement);
}

/* One integer answer; -ENOENT when it is NULL or there is no row. */
static int step_integer(sqlite3_stmt *statement, int64_t *out)
{
	const int result = sqlite3_step(statement);
	int err = 0;
	if (result == SQLITE_ROW && sqlite3_column_type(statement, 0) == SQLITE_INTEGER)
		*out = sqlite3_column_int64(statement, 0);
	else
		err = result == SQLITE_ROW || result == SQLITE_DONE ? -ENOENT : sqlite_error(result);
	sqlite3_reset(statement);
	return err;
}

static int check_format(sqlite3 *db)
{
	sqlite3_stmt *statement;
	int64_t version = -1;
	if (sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &statement, NULL) != SQLITE_OK)
		return -EIO;
	int err = step_integer(statement, &version);
	sqlite3_finalize(statement);
	if (err)
		return err;
	if (version > ARCHIVE_FORMAT)
		return -ENOTSUP;
	return version == ARCHIVE_FORMAT ? 0 : run_sql(db, "PRAGMA user_version = 1");
}

int archive_open(struct archive **out, const char *state_dir)
{
	char path[1024];
	const int n = snprintf(path, sizeof(path), "%s/archive.sqlite", state_dir);
	*out = NULL;
	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	struct archive *a = calloc(1, sizeof(*a));
	if (!a)
		return -ENOMEM;
	int err = sqlite_error(sqlite3_open_v2(
		path, &a->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL));
	if (!err)
		err = chmod(path, 0600) < 0 ? -errno : 0;
	if (!err) {
		sqlite3_busy_timeout(a->db, 5000);
		err = run_sql(a->db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
				     "PRAGMA cache_size=-1024; PRAGMA wal_autocheckpoint=256;"
				     "PRAGMA journal_size_limit=4194304");
	}
	if (!err)
		err = check_format(a->db);
	if (!err)
		err = run_sql(a->db, schema);
	if (err) {
		archive_close(a);
		return err;
	}
	*out = a;
	return 0;
}

void archive_close(struct archive *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(a->statements[i]);
	sqlite3_close(a->db);
	free(a);
}

/* Adds first..last to `run`, joined with the neighbours it touches. */
static int add_run(struct archive *a, const char *serial, uint32_t epoch, uint64_t first,
		   uint64_t last)
{
	static const char join[] = "SELECT min(first), max(last) FROM run WHERE serial = ?1 AND"
				   " epoch = ?2 AND first <= ?4 + 1 AND last >= ?3 - 1";
	static const char drop[] = "DELETE FROM run WHERE serial = ?1 AND epoch = ?2 AND"
				   " first <= ?4 + 1 AND last >= ?3 - 1";
	static const char put[] = "INSERT INTO run(serial, epoch, first, last) VALUES(?1, ?2, ?3, ?4)";
	static const char *const steps[] = {join, drop, put};
	int64_t from = (int64_t)first, to = (int64_t)last;
	int err = 0;
	for (size_t i = 0; !err && i < 3; i++) {
		sqlite3_stmt *statement;
		if (sqlite3_prepare_v2(a->db, steps[i], -1, &statement, NULL) != SQLITE_OK)
			return -EIO;
		sqlite3_bind_text(statement, 1, serial, -1, SQLITE_STATIC);
		sqlite3_bind_int64(statement, 2, epoch);
		sqlite3_bind_int64(statement, 3, from);
		sqlite3_bind_int64(statement, 4, to);
		const int result = sqlite3_step(statement);
		err = sqlite_error(result);
		if (result == SQLITE_ROW && sqlite3_column_type(statement, 0) == SQLITE_INTEGER) {
			const int64_t low = sqlite3_column_int64(statement, 0);
			const int64_t high = sqlite3_column_int64(statement, 1);
			from = low < from ? low : from;
			to = high > to ? high : to;
		}
		sqlite3_finalize(statement);
	}
	return err;
}

static int flush_batch(struct archive *a)
{
	if (!a->has_batch)
		return 0;
	a->has_batch = false;
	return add_run(a, a->batch_serial, a->batch_epoch, a->batch_first, a->batch_last);
}

static int note_batch(struct archive *a, const char *serial, uint32_t epoch, uint64_t seq)
{
	if (a->has_batch && a->batch_epoch == epoch && seq == a->batch_last + 1 &&
	    strcmp(a->batch_serial, serial) == 0) {
		a->batch_last = seq;
		return 0;
	}
	const int err = flush_batch(a);
	if (err)
		return err;
	(void)snprintf(a->batch_serial, sizeof(a->batch_serial), "%s", serial);
	a->batch_epoch = epoch;
	a->batch_first = a->batch_last = seq;
	a->has_batch = true;
	return 0;
}

int archive_note_pump(struct archive *a, const char *serial, bool is_virtual)
{
	sqlite3_stmt *statement;
	const int err = use(a, NOTE_PUMP, serial, is_virtual, &statement);
	return err ? err : step_done(statement);
}

bool archive_is_virtual(struct archive *a, const char *serial)
{
	sqlite3_stmt *statement;
	int64_t value = 0;
	return use(a, IS_VIRTUAL, serial, 0, &statement) == 0 &&
	       step_integer(statement, &value) == 0 && value != 0;
}

int archive_begin(struct archive *a)
{
	a->has_batch = false;
	return run_plain(a, BEGIN);
}

/* A record that is stored already must be the same one. */
static int compare_stored(struct archive *a, const char *serial, uint32_t epoch, uint64_t seq,
			  const uint8_t *raw, size_t len)
{
	sqlite3_stmt *statement;
	int err = use(a, GET, serial, epoch, &statement);
	if (err)
		return err;
	sqlite3_bind_int64(statement, 3, (int64_t)seq);
	if (sqlite3_step(statement) != SQLITE_ROW)
		err = -EIO;
	else if ((size_t)sqlite3_column_bytes(statement, 0) != len ||
		 (len && memcmp(sqlite3_column_blob(statement, 0), raw, len) != 0))
		err = -EEXIST;
	sqlite3_reset(statement);
	return err;
}

int archive_add(struct archive *a, const char *serial, uint32_t epoch, uint64_t seq,
		const uint8_t *raw, size_t len)
{
	sqlite3_stmt *statement;
	int err = use(a, ADD, serial, epoch, &statement);
	if (err)
		return err;
	sqlite3_bind_int64(statement, 3, (int64_t)seq);
	sqlite3_bind_blob(statement, 4, raw, (int)len, SQLITE_STATIC);
	err = step_done(statement);
	if (err)
		return err;
	if (sqlite3_changes(a->db) == 0)
		return compare_stored(a, serial, epoch, seq, raw, len);
	return note_batch(a, serial, epoch, seq);
}

int archive_set_chain(struct archive *a, const char *serial, uint32_t epoch, uint64_t seq,
		      const uint8_t hash[ARCHIVE_HASH_LEN])
{
	sqlite3_stmt *statement;
	const int err = use(a, SET_CHAIN, serial, epoch, &statement);
	if (err)
		return err;
	sqlite3_bind_int64(statement, 3, (int64_t)seq);
	sqlite3_bind_blob(statement, 4, hash, ARCHIVE_HASH_LEN, SQLITE_STATIC);
	return step_done(statement);
}

int archive_add_lost(struct archive *a, const char *serial, uint32_t epoch, uint64_t first,
		     uint64_t last)
{
	sqlite3_stmt *statement;
	int err = use(a, ADD_LOST, serial, epoch, &statement);
	if (err)
		return err;
	sqlite3_bind_int64(statement, 3, (int64_t)first);
	sqlite3_bind_int64(statement, 4, (int64_t)last);
	err = step_done(statement);
	return err ? err : add_run(a, serial, epoch, first, last);
}

int archive_commit(struct archive *a)
{
	const int err = flush_batch(a);
	return err ? err : run_plain(a, COMMIT);
}

void archive_rollback(struct archive *a)
{
	a->has_batch = false;
	if (!sqlite3_get_autocommit(a->db))
		(void)run_plain(a, ROLLBACK);
}

int archive_last_epoch(struct archive *a, const char *serial, uint32_t *epoch)
{
	sqlite3_stmt *statement;
	int64_t value;
	int err = use(a, LAST_EPOCH, serial, 0, &statement);
	if (!err)
		err = step_integer(statement, &value);
	if (!err)
		*epoch = (uint32_t)value;
	return err;
}

int archive_last_seq(struct archive *a, const char *serial, uint32_t epoch, uint64_t *seq)
{
	sqlite3_stmt *statement;
	int64_t value;
	int err = use(a, LAST_SEQ, serial, epoch, &statement);
	if (!err)
		err = step_integer(statement, &value);
	if (!err)
		*seq = (uint64_t)value;
	return err;
}

bool archive_next_gap(struct archive *a, const char *serial, uint32_t epoch, uint64_t first,
		      uint64_t last, uint64_t *gap_first, uint64_t *gap_last)
{
	sqlite3_stmt *statement;
	int64_t covered, next;
	if (use(a, COVERED_TO, serial, epoch, &statement) == 0) {
		sqlite3_bind_int64(statement, 3, (int64_t)first);
		if (step_integer(statement, &covered) == 0)
			first = (uint64_t)covered + 1;
	}
	if (first > last)
		return false;
	*gap_first = first;
	*gap_last = last;
	if (use(a, NEXT_START, serial, epoch, &statement) == 0) {
		sqlite3_bind_int64(statement, 3, (int64_t)first);
		if (step_integer(statement, &next) == 0 && (uint64_t)next <= last)
			*gap_last = (uint64_t)next - 1;
	}
	return true;
}

int archive_get_chain(struct archive *a, const char *serial, uint32_t epoch, uint64_t seq,
		      uint8_t hash[ARCHIVE_HASH_LEN])
{
	sqlite3_stmt *statement;
	int err = use(a, GET_CHAIN, serial, epoch, &statement);
	if (err)
		return err;
	sqlite3_bind_int64(statement, 3, (int64_t)seq);
	if (sqlite3_step(statement) == SQLITE_ROW &&
	    sqlite3_column_bytes(statement, 0) == ARCHIVE_HASH_LEN)
		memcpy(hash, sqlite3_column_blob(statement, 0), ARCHIVE_HASH_LEN);
	else
		err = -ENOENT;
	sqlite3_reset(statement);
	return err;
}

uint64_t archive_count(struct archive *a, const char *serial, uint32_t epoch)
{
	sqlite3_stmt *statement;
	int64_t count = 0;
	if (use(a, COUNT, serial, epoch, &statement) == 0 && step_integer(statement, &count) == 0)
		return (uint64_t)count;
	return 0;
}

int archive_visit(struct archive *a, const char *serial, uint64_t limit, archive_visit_fn visit,
		  void *ctx)
{
	sqlite3_stmt *statement;
	int err = use(a, limit ? VISIT_NEWEST : VISIT_ALL, serial, 0, &statement);
	if (err)
		return err;
	if (limit)
		sqlite3_bind_int64(statement, 2, limit > INT64_MAX ? INT64_MAX : (int64_t)limit);
	int result;
	while ((result = sqlite3_step(statement)) == SQLITE_ROW)
		if (!visit(ctx, (uint32_t)sqlite3_column_int64(statement, 0),
			   (uint64_t)sqlite3_column_int64(statement, 1),
			   sqlite3_column_blob(statement, 2),
			   (size_t)sqlite3_column_bytes(statement, 2)))
			break;
	sqlite3_reset(statement);
	return sqlite_error(result);
}
