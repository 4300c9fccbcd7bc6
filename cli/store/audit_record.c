/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audit_record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

bool audit_kind_valid(const char *kind)
{
	const size_t len = strlen(kind);
	return len > 0 && len <= AUDIT_KIND_MAX &&
	       strspn(kind, "abcdefghijklmnopqrstuvwxyz-") == len;
}

static void add_times(cJSON *record)
{
	char text[64];
	struct timespec now;
	struct tm utc;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	const size_t n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
	(void)snprintf(text + n, sizeof(text) - n, ".%06ldZ", now.tv_nsec / 1000);
	cJSON_AddStringToObject(record, "at", text);
	clock_gettime(CLOCK_BOOTTIME, &now);
	json_add_decimal(record, "boot_ns",
			 (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec);
}

static void add_open(cJSON *record, const struct audit_open *open, size_t count)
{
	cJSON *list = cJSON_AddArrayToObject(record, "open");
	for (size_t i = 0; i < count; i++) {
		cJSON *item = cJSON_CreateObject();
		cJSON_AddStringToObject(item, "serial", open[i].serial);
		json_add_decimal(item, "token", open[i].token);
		cJSON_AddItemToArray(list, item);
	}
}

static void add_pump(cJSON *record, const struct audit_context *context)
{
	if (!context->serial[0]) {
		cJSON_AddNullToObject(record, "pump");
		return;
	}
	cJSON *pump = cJSON_AddObjectToObject(record, "pump");
	cJSON_AddStringToObject(pump, "serial", context->serial);
	cJSON_AddStringToObject(pump, "virtual", context->is_virtual ? "VIRTUAL PUMP" : "no");
}

long audit_record_print(const struct audit_context *context, uint64_t seq, const char *kind,
			const uint8_t prev[TREE_HASH_LEN], const struct audit_open *open,
			size_t open_count, const cJSON *data, char *buf)
{
	cJSON *record = cJSON_CreateObject();
	if (!record)
		return -ENOMEM;
	add_times(record);
	cJSON_AddStringToObject(record, "boot_id", context->boot_id);
	if (data)
		cJSON_AddItemToObject(record, "data", cJSON_Duplicate(data, true));
	else
		cJSON_AddNullToObject(record, "data");
	cJSON_AddStringToObject(record, "kind", kind);
	add_open(record, open, open_count);
	cJSON_AddStringToObject(record, "origin", context->origin);
	json_add_hex(record, "prev", prev, TREE_HASH_LEN);
	add_pump(record, context);
	json_add_decimal(record, "seq", seq);
	if (context->session[0])
		cJSON_AddStringToObject(record, "session", context->session);
	else
		cJSON_AddNullToObject(record, "session");
	cJSON_AddStringToObject(record, "sw", PUMPCTL_VERSION);
	json_add_integer(record, "v", AUDIT_VERSION);
	const long len = json_print(record, buf, AUDIT_RECORD_MAX + 1);
	cJSON_Delete(record);
	return len;
}

static const char *read_open(const cJSON *list, struct audit_record *record)
{
	const cJSON *item;
	if (!cJSON_IsArray(list))
		return "the list of open intents is missing";
	cJSON_ArrayForEach(item, list) {
		struct audit_open *open = &record->open[record->open_count];
		if (record->open_count == AUDIT_OPEN_MAX)
			return "too many open intents";
		if (json_get_text(item, "serial", open->serial, sizeof(open->serial)) ||
		    json_get_decimal(item, "token", &open->token))
			return "an open intent is malformed";
		record->open_count++;
	}
	return NULL;
}

static const char *read_fields(struct audit_record *record)
{
	static const char *const texts[] = {"at", "boot_id", "boot_ns", "sw"};
	const cJSON *json = record->json;
	int64_t version;
	if (json_get_integer(json, "v", &version) || version != AUDIT_VERSION)
		return "the record's version is not known";
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!cJSON_IsString(cJSON_GetObjectItemCaseSensitive(json, texts[i])))
			return "a field is missing";
	record->data = cJSON_GetObjectItemCaseSensitive(json, "data");
	if (!record->data || !cJSON_GetObjectItemCaseSensitive(json, "pump") ||
	    !cJSON_GetObjectItemCaseSensitive(json, "session"))
		return "a field is missing";
	if (json_get_decimal(json, "seq", &record->seq))
		return "the sequence number is missing";
	if (json_get_text(json, "kind", record->kind, sizeof(record->kind)) ||
	    !audit_kind_valid(record->kind))
		return "the kind is malformed";
	if (json_get_text(json, "origin", record->origin, sizeof(record->origin)))
		return "the origin is malformed";
	if (json_get_hex(json, "prev", record->prev, sizeof(record->prev)))
		return "the previous leaf hash is malformed";
	return read_open(cJSON_GetObjectItemCaseSensitive(json, "open"), record);
}

static bool is_canonical(const cJSON *json, const char *text, size_t len)
{
	char *canonical = malloc(len + 2);
	if (!canonical)
		return false;
	const long n = json_print(json, canonical, len + 2);
	const bool same = n >= 0 && (size_t)n == len && memcmp(canonical, text, len) == 0;
	free(canonical);
	return same;
}

const char *audit_record_parse(const char *text, size_t len, struct audit_record *record)
{
	memset(record, 0, sizeof(*record));
	record->json = json_parse(text, len);
	if (!record->json)
		return "the record is not valid JSON";
	const char *problem = read_fields(record);
	if (!problem && !is_canonical(record->json, text, len))
		problem = "the record is not in canonical form";
	if (problem)
		audit_record_free(record);
	return problem;
}

void audit_record_free(struct audit_record *record)
{
	cJSON_Delete(record->json);
	record->json = NULL;
	record->data = NULL;
}

cJSON *audit_intent_to_json(const struct audit_intent *intent, const cJSON *details)
{
	cJSON *data = cJSON_CreateObject();
	if (!data)
		return NULL;
	if (details)
		cJSON_AddItemToObject(data, "details", cJSON_Duplicate(details, true));
	else
		cJSON_AddNullToObject(data, "details");
	json_add_hex(data, "expected", intent->expected_digest, sizeof(intent->expected_digest));
	json_add_integer(data, "gets_safe", intent->gets_safe);
	json_add_integer(data, "kind", intent->kind);
	json_add_decimal(data, "not_after", intent->not_after);
	json_add_hex(data, "result", intent->result_digest, sizeof(intent->result_digest));
	json_add_integer(data, "result_state", intent->result_state);
	cJSON_AddStringToObject(data, "serial", intent->serial);
	json_add_hex(data, "stage", intent->stage_digest, sizeof(intent->stage_digest));
	cJSON_AddStringToObject(data, "text", intent->text);
	json_add_decimal(data, "token", intent->token);
	return data;
}

int audit_intent_from_json(const cJSON *data, struct audit_intent *intent)
{
	int64_t safe, kind, state;
	memset(intent, 0, sizeof(*intent));
	if (json_get_hex(data, "expected", intent->expected_digest, sizeof(intent->expected_digest)) ||
	    json_get_hex(data, "result", intent->result_digest, sizeof(intent->result_digest)) ||
	    json_get_hex(data, "stage", intent->stage_digest, sizeof(intent->stage_digest)) ||
	    json_get_integer(data, "gets_safe", &safe) || json_get_integer(data, "kind", &kind) ||
	    json_get_integer(data, "result_state", &state) ||
	    json_get_decimal(data, "not_after", &intent->not_after) ||
	    json_get_decimal(data, "token", &intent->token) ||
	    json_get_text(data, "serial", intent->serial, sizeof(intent->serial)) ||
	    json_get_text(data, "text", intent->text, sizeof(intent->text)))
		return -EBADMSG;
	if ((safe != 0 && safe != 1) || kind < 0 || kind > UINT16_MAX || state < 0 ||
	    state > UINT16_MAX)
		return -EBADMSG;
	intent->gets_safe = safe == 1;
	intent->kind = (uint16_t)kind;
	intent->result_state = (uint16_t)state;
	return 0;
}
