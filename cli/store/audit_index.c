/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audit_index.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reasons of outcomes (docs/audit.md). */
#define READ_BACK_EQUAL_TEXT "read-back-equal"
#define READ_BACK_OTHER_TEXT "read-back-other-"

void audit_index_init(struct audit_index *index)
{
	memset(index, 0, sizeof(*index));
	tree_init(&index->tree);
}

void audit_index_finish(struct audit_index *index)
{
	free(index->tokens);
	free(index->programs);
	audit_index_init(index);
}

int audit_index_find(const struct audit_index *index, const char *serial, uint64_t token)
{
	for (size_t i = 0; i < index->open_count; i++)
		if (index->open[i].token == token && strcmp(index->open[i].serial, serial) == 0)
			return (int)i;
	return -1;
}

uint64_t audit_index_last_token(const struct audit_index *index, const char *serial)
{
	for (size_t i = 0; i < index->token_count; i++)
		if (strcmp(index->tokens[i].serial, serial) == 0)
			return index->tokens[i].last;
	return 0;
}

bool audit_index_differs(const struct audit_index *index, const char *serial)
{
	for (size_t i = 0; i < index->token_count; i++)
		if (strcmp(index->tokens[i].serial, serial) == 0)
			return index->tokens[i].differs_kind != 0;
	return false;
}

bool audit_index_last_applied(const struct audit_index *index, const char *serial, uint8_t digest[32])
{
	for (size_t i = 0; i < index->token_count; i++) {
		const struct audit_token *token = &index->tokens[i];
		if (strcmp(token->serial, serial) != 0 || !token->has_applied)
			continue;
		memcpy(digest, token->applied, sizeof(token->applied));
		return true;
	}
	return false;
}

bool audit_index_has_program(const struct audit_index *index, const uint8_t digest[32])
{
	for (size_t i = 0; i < index->program_count; i++)
		if (memcmp(index->programs[i], digest, 32) == 0)
			return true;
	return false;
}

static const char *check_program(const struct audit_index *index, const cJSON *data,
				 uint8_t digest[32])
{
	if (json_get_hex(data, "digest", digest, 32))
		return "a program is malformed";
	return audit_index_has_program(index, digest) ? "a program is recorded twice" : NULL;
}

static const char *note_program(struct audit_index *index, const uint8_t digest[32])
{
	uint8_t(*more)[32] = realloc(index->programs, (index->program_count + 1) * sizeof(*more));
	if (!more)
		return "out of memory";
	index->programs = more;
	memcpy(more[index->program_count++], digest, 32);
	return NULL;
}

/* What a record does to the open intents: adds one, removes one, or neither. */
struct change {
	bool adds;
	int removes; /* position, or -1 */
	bool is_applied, is_equal, is_other; /* it was carried out; read back as what it was, or as another one */
	bool is_program;
	uint8_t program[32]; /* its digest */
	struct audit_intent intent;
};

static const char *intent_change(const struct audit_index *index, const cJSON *data,
				 struct change *change)
{
	struct audit_intent *intent = &change->intent;
	if (audit_intent_from_json(data, intent))
		return "an intent is malformed";
	if (intent->token <= audit_index_last_token(index, intent->serial))
		return "an intent reuses a token";
	if (index->open_count == AUDIT_OPEN_MAX)
		return "too many open intents";
	for (size_t i = 0; i < index->open_count; i++)
		if (!intent->gets_safe && !index->open[i].gets_safe &&
		    strcmp(index->open[i].serial, intent->serial) == 0)
			return "a second intent is open for one pump";
	change->adds = true;
	return NULL;
}

static const char *outcome_change(const struct audit_index *index, const cJSON *data,
				  struct change *change)
{
	char serial[24], outcome[16], reason[AUDIT_TEXT_MAX];
	uint64_t token;
	if (json_get_text(data, "serial", serial, sizeof(serial)) ||
	    json_get_decimal(data, "token", &token) ||
	    json_get_text(data, "outcome", outcome, sizeof(outcome)))
		return "an outcome is malformed";
	const int at = audit_index_find(index, serial, token);
	if (at < 0)
		return "an outcome without an open intent";
	if (strcmp(outcome, audit_outcome_name(AUDIT_UNKNOWN)) != 0)
		change->removes = at;
	change->is_applied = strcmp(outcome, audit_outcome_name(AUDIT_APPLIED)) == 0;
	if (!change->is_applied ||
	    json_get_text(data, "reason", reason, sizeof(reason)))
		return NULL;
	change->is_equal = strcmp(reason, READ_BACK_EQUAL_TEXT) == 0;
	change->is_other = strncmp(reason, READ_BACK_OTHER_TEXT, strlen(READ_BACK_OTHER_TEXT)) == 0;
	return NULL;
}

static const char *find_change(const struct audit_index *index, const char *kind, const cJSON *data,
			       struct change *change)
{
	memset(change, 0, sizeof(*change));
	change->removes = -1;
	if (strcmp(kind, "intent") == 0)
		return intent_change(index, data, change);
	if (strcmp(kind, "outcome") == 0 || strcmp(kind, "resolution") == 0)
		return outcome_change(index, data, change);
	if (strcmp(kind, "program") != 0)
		return NULL;
	change->is_program = true;
	return check_program(index, data, change->program);
}

static size_t list_open(const struct audit_index *index, const struct change *change,
			struct audit_open *open)
{
	size_t count = 0;
	for (size_t i = 0; i < index->open_count; i++) {
		if ((int)i == change->removes)
			continue;
		memcpy(open[count].serial, index->open[i].serial, sizeof(open[count].serial));
		open[count++].token = index->open[i].token;
	}
	if (change->adds) {
		memcpy(open[count].serial, change->intent.serial, sizeof(open[count].serial));
		open[count++].token = change->intent.token;
	}
	return count;
}

const char *audit_index_preview(const struct audit_index *index, const char *kind,
				const cJSON *data, struct audit_open *open, size_t *count)
{
	struct change change;
	const char *problem = find_change(index, kind, data, &change);
	if (!problem)
		*count = list_open(index, &change, open);
	return problem;
}

static const char *note_token(struct audit_index *index, const struct audit_intent *intent)
{
	for (size_t i = 0; i < index->token_count; i++) {
		if (strcmp(index->tokens[i].serial, intent->serial) != 0)
			continue;
		index->tokens[i].last = intent->token;
		return NULL;
	}
	struct audit_token *more =
		realloc(index->tokens, (index->token_count + 1) * sizeof(index->tokens[0]));
	if (!more)
		return "out of memory";
	index->tokens = more;
	more[index->token_count] = (struct audit_token){.last = intent->token};
	memcpy(more[index->token_count++].serial, intent->serial, sizeof(intent->serial));
	return NULL;
}

static bool brings_program(const struct audit_intent *intent)
{
	return !intent->gets_safe && memcmp(intent->expected_digest, intent->result_digest,
					    sizeof(intent->result_digest)) != 0;
}

/* Only an order of the same kind, or another program, can show that the pump does what it is told again. */
static void note_outcome(struct audit_index *index, const struct change *change,
			 const struct audit_intent *intent)
{
	for (size_t i = 0; i < index->token_count; i++) {
		struct audit_token *pump = &index->tokens[i];
		if (strcmp(pump->serial, intent->serial) != 0)
			continue;
		if (change->is_applied) {
			pump->has_applied = true;
			memcpy(pump->applied, intent->result_digest, sizeof(pump->applied));
		}
		if (change->is_other)
			pump->differs_kind = intent->kind;
		else if (change->is_equal &&
			 (pump->differs_kind == intent->kind || brings_program(intent)))
			pump->differs_kind = 0;
	}
}

static const char *apply_change(struct audit_index *index, const struct change *change)
{
	if (change->is_program) {
		const char *problem = note_program(index, change->program);
		if (problem)
			return problem;
	}
	if (change->adds) {
		const char *problem = note_token(index, &change->intent);
		if (problem)
			return problem;
		index->open[index->open_count++] = change->intent;
	}
	if (change->removes >= 0) {
		const size_t at = (size_t)change->removes;
		note_outcome(index, change, &index->open[at]);
		index->open_count--;
		memmove(&index->open[at], &index->open[at + 1],
			(index->open_count - at) * sizeof(index->open[0]));
	}
	return NULL;
}

static const char *check_record(const struct audit_index *index, const struct audit_record *record,
				struct change *change)
{
	struct audit_open open[AUDIT_OPEN_MAX];
	if (record->seq != index->tree.size)
		return "the sequence number is not the next one";
	if (memcmp(record->prev, index->last_leaf, sizeof(record->prev)) != 0)
		return "the record does not follow the one before it";
	if (index->tree.size && strcmp(record->origin, index->origin) != 0)
		return "the record is of another origin";
	const char *problem = find_change(index, record->kind, record->data, change);
	if (problem)
		return problem;
	memset(open, 0, sizeof(open));
	const size_t count = list_open(index, change, open);
	if (count != record->open_count)
		return "the list of open intents is wrong";
	for (size_t i = 0; i < count; i++)
		if (open[i].token != record->open[i].token ||
		    strcmp(open[i].serial, record->open[i].serial) != 0)
			return "the list of open intents is wrong";
	return NULL;
}

const char *audit_index_check(const struct audit_index *index, const char *text, size_t len)
{
	struct audit_record record;
	struct change change;
	const char *problem = audit_record_parse(text, len, &record);
	if (problem)
		return problem;
	problem = check_record(index, &record, &change);
	audit_record_free(&record);
	return problem;
}

const char *audit_index_add(struct audit_index *index, const char *text, size_t len)
{
	struct audit_record record;
	struct change change;
	const char *problem = audit_record_parse(text, len, &record);
	if (problem)
		return problem;
	problem = check_record(index, &record, &change);
	if (!problem)
		problem = apply_change(index, &change);
	if (!problem) {
		memcpy(index->origin, record.origin, sizeof(index->origin));
		tree_leaf(text, len, index->last_leaf);
		tree_append(&index->tree, index->last_leaf);
	}
	audit_record_free(&record);
	return problem;
}
