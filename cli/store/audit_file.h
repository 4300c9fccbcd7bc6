/* SPDX-License-Identifier: GPL-3.0-or-later */
/* audit_file - the log file of the trail as bytes on a disk: place, lock, room, durable writes. */
#ifndef PUMPCTL_STORE_AUDIT_FILE_H
#define PUMPCTL_STORE_AUDIT_FILE_H

#include <stdbool.h>

#include "audit.h"
#include "state.h"
#include "tree.h"

/* Room kept ahead of the end of the file, and the last part of it that only getting-safe intents,
 * outcomes and repairs may use. */
#define AUDIT_ROOM    (64 * AUDIT_RECORD_MAX)
#define AUDIT_RESERVE (16 * AUDIT_RECORD_MAX)

struct audit_file {
	int fd;
	char dir[STATE_PATH_MAX - 8];
	char path[STATE_PATH_MAX];
	uint64_t room_end; /* space is reserved up to this offset */
};

/*
 * Opens the one trail below state_dir/audit, or makes a folder with a new random origin. origin gets
 * its 32 hex digits. -EEXIST: more than one trail; or -errno.
 */
int audit_file_open(struct audit_file *file, const char *state_dir,
		    char origin[2 * AUDIT_ORIGIN_LEN + 1]) __attribute__((warn_unused_result));
void audit_file_close(struct audit_file *file);

/* Waits at most 5 s for the lock: 0, -EAGAIN, -ESTALE (path is another file by now), -errno. */
int audit_file_lock(struct audit_file *file) __attribute__((warn_unused_result));
void audit_file_unlock(struct audit_file *file);

/*
 * Makes sure that len bytes fit at offset end and, unless use_reserve, that AUDIT_RESERVE stays
 * free after them. 0 or -ENOSPC; nothing was written.
 */
int audit_file_make_room(struct audit_file *file, uint64_t end, size_t len, bool use_reserve)
	__attribute__((warn_unused_result));
/* Writes len bytes at offset end and makes them durable. On an error what is stored is not known. */
int audit_file_write(struct audit_file *file, uint64_t end, const char *data, size_t len)
	__attribute__((warn_unused_result));
/* Moves bytes end..len of the file to "log.torn-<end>", durably; hash: SHA-256 of them. */
int audit_file_cut_tail(struct audit_file *file, uint64_t end, uint64_t len,
			uint8_t hash[TREE_HASH_LEN]) __attribute__((warn_unused_result));

#endif
