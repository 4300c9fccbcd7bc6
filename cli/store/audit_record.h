/* SPDX-License-Identifier: GPL-3.0-or-later */
/* audit_record - one record of the audit trail to canonical JSON and back (docs/audit.md). */
#ifndef PUMPCTL_STORE_AUDIT_RECORD_H
#define PUMPCTL_STORE_AUDIT_RECORD_H

#include "audit.h"
#include "json.h"
#include "tree.h"

#define AUDIT_VERSION     1
#define AUDIT_KIND_MAX    32
#define AUDIT_SESSION_MAX 32

/* What is the same for many records: who writes, about which pump. */
struct audit_context {
	char origin[2 * AUDIT_ORIGIN_LEN + 1];
	char boot_id[40];
	char serial[24]; /* "" no pump */
	bool is_virtual;
	char session[AUDIT_SESSION_MAX + 1]; /* "" none */
};

/* An open intent's name in the "open" list. */
struct audit_open {
	char serial[24];
	uint64_t token;
};

struct audit_record {
	uint64_t seq;
	char kind[AUDIT_KIND_MAX + 1];
	char origin[2 * AUDIT_ORIGIN_LEN + 1];
	uint8_t prev[TREE_HASH_LEN];
	struct audit_open open[AUDIT_OPEN_MAX];
	size_t open_count;
	cJSON *json;       /* the whole record, owned */
	const cJSON *data; /* inside json; NULL for null */
};

/* [a-z-]{1,32}. */
bool audit_kind_valid(const char *kind);

/*
 * Writes the record's canonical JSON into buf (AUDIT_RECORD_MAX + 1 bytes). Times are read here.
 * Length, -EMSGSIZE, -EINVAL, -ENOMEM.
 */
long audit_record_print(const struct audit_context *context, uint64_t seq, const char *kind,
			const uint8_t prev[TREE_HASH_LEN], const struct audit_open *open,
			size_t open_count, const cJSON *data, char *buf);

/*
 * Reads a record and insists on its canonical form. NULL, or what is wrong in words (static);
 * then record->json is NULL.
 */
const char *audit_record_parse(const char *text, size_t len, struct audit_record *record);
void audit_record_free(struct audit_record *record);

/* Intent as data of an "intent" record; details may be NULL. NULL: out of memory. */
cJSON *audit_intent_to_json(const struct audit_intent *intent, const cJSON *details);
/* 0 or -EBADMSG. */
int audit_intent_from_json(const cJSON *data, struct audit_intent *intent)
	__attribute__((warn_unused_result));

#endif
