/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * archive - downloaded pump records, by (serial, epoch, sequence), raw bytes kept (SQLite, WAL).
 *
 * File: <state>/archive.sqlite. Nothing is ever updated or deleted: a record that arrives again
 * must be equal, byte for byte, else -EEXIST and nothing of that batch is stored.
 */
#ifndef PUMPCTL_STORE_ARCHIVE_H
#define PUMPCTL_STORE_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARCHIVE_HASH_LEN 32

struct archive;

/* Opens or creates. 0, -EIO, -EACCES, -ENOTSUP (a newer file format). */
int archive_open(struct archive **out, const char *state_dir) __attribute__((warn_unused_result));
void archive_close(struct archive *archive);

/*
 * Notes, in a transaction of its own, that serial is (or is not) a virtual pump by its own word;
 * the mark goes with its records. 0, -EIO, -ENOSPC.
 */
int archive_note_pump(struct archive *archive, const char *serial, bool is_virtual)
	__attribute__((warn_unused_result));
/* True if serial was noted as a virtual pump. */
bool archive_is_virtual(struct archive *archive, const char *serial);

/*
 * One batch = one transaction, durable when archive_commit returns 0. archive_rollback drops it.
 * Errors: -EIO, -ENOSPC, -EEXIST as above.
 */
int archive_begin(struct archive *archive) __attribute__((warn_unused_result));
int archive_add(struct archive *archive, const char *serial, uint32_t epoch, uint64_t seq,
		const uint8_t *raw, size_t len) __attribute__((warn_unused_result));
/* Chain value h after record seq (docs/protocol.md, records). Replaced as a download goes on. */
int archive_set_chain(struct archive *archive, const char *serial, uint32_t epoch, uint64_t seq,
		      const uint8_t hash[ARCHIVE_HASH_LEN]) __attribute__((warn_unused_result));
/* Marks first..last as gone from the pump before anyone read them. Marking again is harmless. */
int archive_add_lost(struct archive *archive, const char *serial, uint32_t epoch, uint64_t first,
		     uint64_t last) __attribute__((warn_unused_result));
int archive_commit(struct archive *archive) __attribute__((warn_unused_result));
void archive_rollback(struct archive *archive);

/* Newest epoch stored for serial. 0, or -ENOENT. */
int archive_last_epoch(struct archive *archive, const char *serial, uint32_t *epoch)
	__attribute__((warn_unused_result));

/* Highest sequence stored for serial in epoch. 0, or -ENOENT. */
int archive_last_seq(struct archive *archive, const char *serial, uint32_t epoch, uint64_t *seq)
	__attribute__((warn_unused_result));

/*
 * First missing range within first..last (neither stored nor lost). true and *gap_first, *gap_last,
 * or false: complete.
 */
bool archive_next_gap(struct archive *archive, const char *serial, uint32_t epoch, uint64_t first,
		      uint64_t last, uint64_t *gap_first, uint64_t *gap_last);

/* Chain value after record seq, if stored: 0 or -ENOENT. */
int archive_get_chain(struct archive *archive, const char *serial, uint32_t epoch, uint64_t seq,
		      uint8_t hash[ARCHIVE_HASH_LEN]) __attribute__((warn_unused_result));

/* Number of records stored for serial in epoch. */
uint64_t archive_count(struct archive *archive, const char *serial, uint32_t epoch);

/* One stored record; raw is borrowed for the call. Return false to stop. */
typedef bool (*archive_visit_fn)(void *ctx, uint32_t epoch, uint64_t seq, const uint8_t *raw,
				 size_t len);
/* Visits records of serial in (epoch, seq) order from (epoch, first) on, newest `limit` only if
 * limit > 0. 0 or -EIO. */
int archive_visit(struct archive *archive, const char *serial, uint64_t limit,
		  archive_visit_fn visit, void *ctx) __attribute__((warn_unused_result));

#endif
