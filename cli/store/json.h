/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * json - cJSON behind strict rules: what the audit trail and plans are allowed to contain.
 *
 * Objects, arrays, strings, null and whole numbers from -(2^31 - 1) to 2^31 - 1, which cJSON keeps
 * exactly; larger ones travel as decimal text. No fractions, exponents, booleans, duplicate keys,
 * U+0000, invalid UTF-8 or bytes after the value; depth 16.
 * The canonical form has sorted keys, no blanks, and ASCII only.
 */
#ifndef PUMPCTL_STORE_JSON_H
#define PUMPCTL_STORE_JSON_H

#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#pragma GCC poison cJSON_GetObjectItem cJSON_HasObjectItem

#define JSON_DEPTH_MAX 16

/* Parses text (len bytes, borrowed). NULL if it breaks a rule above. cJSON_Delete the result. */
cJSON *json_parse(const char *text, size_t len);

/* Where in a text, and what is wrong there. */
struct json_error {
	size_t line, column; /* from 1; column in bytes */
	const char *reason;  /* static, without full stop */
};
/* As json_parse; NULL: *error is filled. */
cJSON *json_parse_explained(const char *text, size_t len, struct json_error *error);
/* The same, with booleans: what pumpctl --json prints. */
cJSON *json_parse_answer(const char *text, size_t len, struct json_error *error);
/* Place of item, a value of what text was parsed to (root); at->reason is left alone. */
void json_locate(const char *text, size_t len, const cJSON *root, const cJSON *item,
		 struct json_error *at);

/*
 * Writes the canonical form of item, NUL-terminated. Length, or -EMSGSIZE: does not fit; -EINVAL:
 * holds something that the rules do not allow. Members marked cJSON_Raw must be whole numbers.
 */
long json_print(const cJSON *item, char *buf, size_t size);

/* Adds a whole number within the rules. */
void json_add_integer(cJSON *object, const char *key, int32_t value);
/* Adds a 64-bit number as decimal text: it may be beyond 2^31. */
void json_add_decimal(cJSON *object, const char *key, uint64_t value);
void json_add_hex(cJSON *object, const char *key, const uint8_t *data, size_t len);

/* Readers of members: 0, or -ENOENT (absent, another type) or -ERANGE (does not fit). */
int json_get_text(const cJSON *object, const char *key, char *out, size_t size)
	__attribute__((warn_unused_result));
int json_get_integer(const cJSON *object, const char *key, int64_t *out)
	__attribute__((warn_unused_result));
int json_get_decimal(const cJSON *object, const char *key, uint64_t *out)
	__attribute__((warn_unused_result));
int json_get_hex(const cJSON *object, const char *key, uint8_t *out, size_t len)
	__attribute__((warn_unused_result));

#endif
