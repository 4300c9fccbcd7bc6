/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * audit_index - what a row of records adds up to: tree, last leaf, open intents, tokens. The one
 * bookkeeper of opening, appending and verifying.
 */
#ifndef PUMPCTL_STORE_AUDIT_INDEX_H
#define PUMPCTL_STORE_AUDIT_INDEX_H

#include "audit_record.h"

/* What the trail knows of one pump. */
struct audit_token {
	char serial[24];
	uint64_t last;
	/* An applied order of this kind was read back as another one; 0: none. */
	uint16_t differs_kind;
	bool has_applied;
	uint8_t applied[32]; /* image digest after the last order that was carried out */
};

struct audit_index {
	struct tree tree;
	uint8_t last_leaf[TREE_HASH_LEN];
	char origin[2 * AUDIT_ORIGIN_LEN + 1];
	struct audit_intent open[AUDIT_OPEN_MAX];
	size_t open_count;
	struct audit_token *tokens; /* one per pump */
	size_t token_count;
	uint8_t (*programs)[32]; /* digests of "program" records */
	size_t program_count;
};

void audit_index_init(struct audit_index *index);
void audit_index_finish(struct audit_index *index);

/*
 * Adds one record given as its canonical text. NULL when it follows from what came before, else
 * what is wrong in words (static) and the index is as before.
 */
const char *audit_index_add(struct audit_index *index, const char *text, size_t len);

/* The "open" list after a record of this kind and data would be added; same errors as above. */
const char *audit_index_preview(const struct audit_index *index, const char *kind,
				const cJSON *data, struct audit_open *open, size_t *count);

/* What audit_index_add would find wrong with this text; the index stays as it is. */
const char *audit_index_check(const struct audit_index *index, const char *text, size_t len);

uint64_t audit_index_last_token(const struct audit_index *index, const char *serial);
/* True while an order to this pump that was read back as another one stands (audit.h). */
bool audit_index_differs(const struct audit_index *index, const char *serial);
/* Digest of the program that was active after the last order that the pump carried out. False: there is none. */
bool audit_index_last_applied(const struct audit_index *index, const char *serial, uint8_t digest[32]);
bool audit_index_has_program(const struct audit_index *index, const uint8_t digest[32]);
/* Position of the open intent, or -1. */
int audit_index_find(const struct audit_index *index, const char *serial, uint64_t token);

#endif
