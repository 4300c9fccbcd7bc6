/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * audit - the append-only audit trail of one workstation, and the only intent store.
 *
 * One file, <state>/audit/<origin>/log, one record a line:
 *     PA1 <json length, 8 hex> <CRC32C of json, 8 hex> <json>\n
 * json: one object, keys sorted, ASCII, integers and strings only, at most AUDIT_RECORD_MAX
 * bytes. Leaf = SHA-256(0x00 || json); the tree over all leaves is RFC 6962's. Layout of the
 * record: docs/audit.md. Every record holds the leaf hash of the one before ("prev") and the
 * intents open after it ("open"), so that the last record alone tells what is undecided.
 *
 * The file is locked (flock) while a record is written; space is reserved ahead; a record is
 * durable (fdatasync) when its call returns. A torn last line (one without its newline, or with a
 * block that never reached the disk) is cut off and noted as a record of its own; damage anywhere else opens the trail read-only (AUDIT_DAMAGED).
 */
#ifndef PUMPCTL_STORE_AUDIT_H
#define PUMPCTL_STORE_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUDIT_RECORD_MAX 16384
#define AUDIT_HASH_LEN   32
#define AUDIT_ORIGIN_LEN 16 /* random bytes; written as 32 hex digits */
#define AUDIT_OPEN_MAX   8  /* open intents at one time, getting safe included */
#define AUDIT_TEXT_MAX   256

struct cJSON;

/* Size and RFC 6962 root of the trail; what an order commits to. */
struct audit_head {
	uint8_t origin[AUDIT_ORIGIN_LEN];
	uint64_t size;
	uint8_t root[AUDIT_HASH_LEN];
};

enum audit_state {
	AUDIT_SOUND,
	AUDIT_DAMAGED, /* read-only: orders are refused, reading and getting safe go on */
	AUDIT_FULL,    /* no room for another record: as damaged */
};

/* An intent as stored: everything that reconciling needs. */
struct audit_intent {
	char serial[24];            /* pump */
	uint64_t token;             /* per pump and workstation slot */
	uint16_t kind;              /* order kind code, docs/protocol.md; opaque here */
	uint8_t stage_digest[32];
	uint8_t expected_digest[32]; /* active image before; zeros: none or any */
	uint8_t result_digest[32];  /* active image after, if it is applied */
	uint16_t result_state;      /* therapy state after, if it is applied; opaque here */
	uint64_t not_after;         /* pump ticks, milliseconds */
	bool gets_safe;
	char text[AUDIT_TEXT_MAX];  /* what was confirmed, in the operator's words */
};

enum audit_outcome { AUDIT_NOT_SENT, AUDIT_REFUSED, AUDIT_APPLIED, AUDIT_UNKNOWN };

struct audit;

/* Words of docs/audit.md: "not-sent", "refused", "applied", "unknown". */
const char *audit_outcome_name(enum audit_outcome outcome);

/*
 * Opens (creating on first use) the trail below state_dir. Reads and checks the whole file.
 * A first record "trail started" is written on creation. A torn tail is mended as said above.
 * 0 and *out; then audit_state() tells whether orders may be written. A trail that cannot be read
 * at all, or whose lock another program holds for more than 5 s, is AUDIT_DAMAGED too: reading the
 * pump and getting safe go on without it. -ENOMEM.
 */
int audit_open(struct audit **out, const char *state_dir) __attribute__((warn_unused_result));
/* Accepts NULL. */
void audit_close(struct audit *audit);

enum audit_state audit_state(const struct audit *audit);
/* Line and byte offset of the first damage and its reason, for AUDIT_DAMAGED; else "". */
const char *audit_damage_text(const struct audit *audit);
/* Size and root as of the last record known to this process. */
void audit_head(const struct audit *audit, struct audit_head *head);
/* Path of the log file; borrowed; "" if there is none. */
const char *audit_path(const struct audit *audit);

/*
 * Takes in what other processes wrote since the last append, so that the answers below are theirs
 * too. 0; -EROFS (damaged); -EAGAIN, -ESTALE, -errno as audit_append: the answers stay as they were.
 */
int audit_refresh(struct audit *audit) __attribute__((warn_unused_result));

/*
 * Intents open for the pump with this serial (NULL: any), oldest first. Returns their number
 * (at most AUDIT_OPEN_MAX); fills up to max.
 */
size_t audit_open_intents(const struct audit *audit, const char *serial, struct audit_intent *out,
			  size_t max);
/* Highest token this trail ever wrote for the pump; 0 if none. */
uint64_t audit_last_token(const struct audit *audit, const char *serial);
/*
 * True while the last word on the pump is that it recorded an order and does something else. An
 * order of the same kind that is read back as it was given ends this, as does another program.
 */
bool audit_differs(const struct audit *audit, const char *serial);
/*
 * Digest of the program that the pump ran after the last order of this workstation that it carried out; zeros: none.
 * False: there was no such order.
 */
bool audit_last_applied(const struct audit *audit, const char *serial, uint8_t digest[32]);

/*
 * Who and where, put into every record from now on. serial may be NULL (no pump). All copied.
 * session: hex text naming the session, or NULL.
 */
void audit_set_context(struct audit *audit, const char *serial, bool is_virtual,
		       const char *session);

/*
 * Appends one record of the given kind (docs/audit.md lists them). data: object with the
 * kind's own fields, borrowed; may be NULL. On return 0 the record is durable and *head (may
 * be NULL) is the new head. -ENOSPC, -EROFS (damaged), -EMSGSIZE, -EINVAL (no reader would take
 * it), -EAGAIN (locked by another program), -ESTALE (the file is no longer at its place), -EIO or
 * other -errno: nothing counts as written, and after a failed write or fdatasync the trail is
 * poisoned for this process: AUDIT_DAMAGED until it is opened again.
 */
int audit_append(struct audit *audit, const char *kind, const struct cJSON *data,
		 struct audit_head *head) __attribute__((warn_unused_result));

/*
 * Records a program under its digest, unless the trail holds it already. image: canonical bytes;
 * text: the program in words. Errors as audit_append; uses the reserve no more than it does.
 */
int audit_program(struct audit *audit, const uint8_t digest[32], const uint8_t *image,
		  size_t image_len, const char *text) __attribute__((warn_unused_result));

/*
 * Intent before act. Refused with -EBUSY when an intent that does not get safe is open for the
 * pump already (a getting-safe intent is never refused for that); -EOVERFLOW past AUDIT_OPEN_MAX.
 * Otherwise as audit_append. details: kind's own fields (totals, rule ids), may be NULL.
 * Uses the reserve that ordinary records leave alone when intent->gets_safe.
 */
int audit_intent(struct audit *audit, const struct audit_intent *intent,
		 const struct cJSON *details, struct audit_head *head)
	__attribute__((warn_unused_result));

/*
 * Closes (or, for AUDIT_UNKNOWN, keeps open) the intent (serial, token). reason: a short code
 * and evidence in words. resolution: true when a later session settles it. -ENOENT: not open.
 */
int audit_outcome(struct audit *audit, const char *serial, uint64_t token,
		  enum audit_outcome outcome, const char *reason, bool resolution,
		  struct audit_head *head) __attribute__((warn_unused_result));

/* What a verification found. */
struct audit_report {
	uint64_t records;
	uint8_t root[AUDIT_HASH_LEN];
	uint64_t open_intents;
	uint64_t torn_bytes; /* invalid bytes at the very end, after the last whole record */
	uint64_t bad_line;   /* 0: none; else first line that is not as it was written */
	char problem[160];   /* "" or what is wrong with bad_line, in words */
	char origin[2 * AUDIT_ORIGIN_LEN + 1];
};

/*
 * Verifies a log file from its bytes alone: framing, CRC, JSON canonical form, sequence, prev
 * hashes, intent bookkeeping (every outcome has its intent, "open" is right in every record,
 * never two open intents for one pump except getting safe). 0 whenever the file could be read
 * (look at bad_line); else -errno.
 */
int audit_verify(const char *log_path, struct audit_report *report)
	__attribute__((warn_unused_result));

#endif
