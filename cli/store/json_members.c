/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The member helpers of json.h. */
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "json.h"

#define HEX_MAX 1024

void json_add_integer(cJSON *object, const char *key, int32_t value)
{
	cJSON_AddNumberToObject(object, key, value);
}

void json_add_decimal(cJSON *object, const char *key, uint64_t value)
{
	char text[32];
	(void)snprintf(text, sizeof(text), "%" PRIu64, value);
	cJSON_AddStringToObject(object, key, text);
}

void json_add_hex(cJSON *object, const char *key, const uint8_t *data, size_t len)
{
	char text[2 * HEX_MAX + 1];
	if (len > HEX_MAX)
		return;
	sodium_bin2hex(text, sizeof(text), data, len);
	cJSON_AddStringToObject(object, key, text);
}

static const char *member_text(const cJSON *object, const char *key)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

int json_get_text(const cJSON *object, const char *key, char *out, size_t size)
{
	const char *text = member_text(object, key);
	if (!text)
		return -ENOENT;
	if (strlen(text) >= size)
		return -ERANGE;
	memcpy(out, text, strlen(text) + 1);
	return 0;
}

int json_get_integer(const cJSON *object, const char *key, int64_t *out)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
	if (!cJSON_IsNumber(item))
		return -ENOENT;
	*out = item->valueint;
	return 0;
}

int json_get_decimal(const cJSON *object, const char *key, uint64_t *out)
{
	const char *text = member_text(object, key);
	uint64_t value = 0;
	if (!text || !*text)
		return -ENOENT;
	if (text[0] == '0' && text[1])
		return -ERANGE;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*text - '0'), &value))
			return -ERANGE;
	}
	*out = value;
	return 0;
}

int json_get_hex(const cJSON *object, const char *key, uint8_t *out, size_t len)
{
	const char *text = member_text(object, key);
	size_t got;
	if (!text)
		return -ENOENT;
	if (strlen(text) != 2 * len ||
	    sodium_hex2bin(out, len, text, 2 * len, NULL, &got, NULL) != 0 || got != len)
		return -ERANGE;
	return 0;
}
