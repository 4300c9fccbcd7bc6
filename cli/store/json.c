/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "json.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INTEGER_MAX INT64_C(2147483647)
#define MEMBERS_MAX 256

/* ---- what cJSON would let pass: checked on the text before it sees it ---- */

struct scan {
	const unsigned char *at, *end;
	unsigned depth;
	const char *reason; /* of the first mistake */
	size_t values;      /* met so far, in the order of the text */
	size_t wanted;      /* whose place is looked for */
	const unsigned char *found;
	bool booleans; /* are allowed */
};

static bool fail(struct scan *s, const char *reason)
{
	if (!s->reason)
		s->reason = reason;
	return false;
}

static bool scan_value(struct scan *s);

static void scan_blanks(struct scan *s)
{
	while (s->at < s->end && memchr(" \t\r\n", *s->at, 4))
		s->at++;
}

static bool scan_take(struct scan *s, char c)
{
	scan_blanks(s);
	if (s->at == s->end || *s->at != (unsigned char)c)
		return false;
	s->at++;
	return true;
}

static bool scan_number(struct scan *s)
{
	int64_t value = 0;
	const bool negative = *s->at == '-';
	s->at += negative;
	const unsigned char *first = s->at;
	for (; s->at < s->end && *s->at >= '0' && *s->at <= '9'; s->at++) {
		value = value * 10 + (*s->at - '0');
		if (value > INTEGER_MAX)
			return fail(s, "a number beyond 2147483647; larger ones are text");
	}
	const bool needless_zero = s->at - first > 1 && *first == '0';
	const bool minus_zero = negative && value == 0;
	const bool more = s->at < s->end && memchr(".eE", *s->at, 3);
	if (s->at == first)
		return fail(s, "a value is missing, or begins with something that begins none");
	if (more)
		return fail(s, "numbers are whole, without point and exponent");
	return (!needless_zero && !minus_zero) || fail(s, "no needless zero or sign before a number");
}

/* Length of the UTF-8 sequence at p, 0 if it is not one (RFC 3629: no overlong, no surrogates). */
static size_t utf8_length(const unsigned char *p, const unsigned char *end)
{
	static const struct {
		unsigned char first, last, low, high;
		size_t len;
	} rows[] = {
		{0x20, 0x7f, 0, 0, 1},		{0xc2, 0xdf, 0x80, 0xbf, 2},
		{0xe0, 0xe0, 0xa0, 0xbf, 3},	{0xe1, 0xec, 0x80, 0xbf, 3},
		{0xed, 0xed, 0x80, 0x9f, 3},	{0xee, 0xef, 0x80, 0xbf, 3},
		{0xf0, 0xf0, 0x90, 0xbf, 4},	{0xf1, 0xf3, 0x80, 0xbf, 4},
		{0xf4, 0xf4, 0x80, 0x8f, 4},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (*p < rows[i].first || *p > rows[i].last)
			continue;
		if ((size_t)(end - p) < rows[i].len)
			return 0;
		if (rows[i].len > 1 && (p[1] < rows[i].low || p[1] > rows[i].high))
			return 0;
		for (size_t k = 2; k < rows[i].len; k++)
			if ((p[k] & 0xc0) != 0x80)
				return 0;
		return rows[i].len;
	}
	return 0;
}

static bool scan_escape(struct scan *s)
{
	if (s->at == s->end)
		return false;
	const unsigned char c = *s->at++;
	if (c != 'u')
		return memchr("\"\\/bfnrt", c, 8) || fail(s, "an unknown escape");
	if (s->end - s->at < 4)
		return false;
	for (int i = 0; i < 4; i++)
		if (!memchr("0123456789abcdefABCDEF", s->at[i], 22))
			return fail(s, "an unknown escape");
	const bool is_zero = memcmp(s->at, "0000", 4) == 0;
	s->at += 4;
	return !is_zero || fail(s, "U+0000 is not allowed");
}

static bool scan_string(struct scan *s)
{
	if (!scan_take(s, '"'))
		return fail(s, "a text in quotation marks is missing");
	while (s->at < s->end && *s->at != '"') {
		if (*s->at == '\\') {
			s->at++;
			if (!scan_escape(s))
				return false;
			continue;
		}
		const size_t len = utf8_length(s->at, s->end);
		if (!len)
			return fail(s, "a control character, or bytes that are no UTF-8");
		s->at += len;
	}
	return scan_take(s, '"') || fail(s, "the text never ends");
}

static bool scan_members(struct scan *s, char close, bool with_keys)
{
	if (++s->depth > JSON_DEPTH_MAX)
		return fail(s, "nested too deep");
	s->at++;
	if (!scan_take(s, close)) {
		do {
			if (with_keys && (!scan_string(s) || !scan_take(s, ':')))
				return fail(s, "a colon is missing after the name");
			if (!scan_value(s))
				return false;
		} while (scan_take(s, ','));
		if (!scan_take(s, close))
			return fail(s, "a comma or a closing bracket is missing");
	}
	s->depth--;
	return true;
}

static bool scan_word(struct scan *s, const char *word)
{
	const size_t len = strlen(word);
	if ((size_t)(s->end - s->at) < len || memcmp(s->at, word, len) != 0)
		return fail(s, "not a value");
	s->at += len;
	return true;
}

static bool scan_value(struct scan *s)
{
	scan_blanks(s);
	if (s->at == s->end)
		return fail(s, "the text ends early");
	if (s->values++ == s->wanted)
		s->found = s->at;
	switch (*s->at) {
	case '{':
		return scan_members(s, '}', true);
	case '[':
		return scan_members(s, ']', false);
	case '"':
		return scan_string(s);
	case 'n':
		return scan_word(s, "null");
	case 't':
		return s->booleans ? scan_word(s, "true") : scan_number(s);
	case 'f':
		return s->booleans ? scan_word(s, "false") : scan_number(s);
	default:
		return scan_number(s);
	}
}

static int compare_keys(const void *a, const void *b)
{
	const cJSON *const *x = a, *const *y = b;
	return strcmp((*x)->string, (*y)->string);
}

/* Members sorted by key; their number, or -1 for a duplicate or too many. */
static int sort_members(const cJSON *object, const cJSON *members[MEMBERS_MAX])
{
	int count = 0;
	const cJSON *member;
	cJSON_ArrayForEach(member, object) {
		if (count == MEMBERS_MAX)
			return -1;
		members[count++] = member;
	}
	qsort(members, (size_t)count, sizeof(members[0]), compare_keys);
	for (int i = 1; i < count; i++)
		if (strcmp(members[i - 1]->string, members[i]->string) == 0)
			return -1;
	return count;
}

/* A member whose name an earlier one of its object has, or that is one too many; NULL: none. */
static const cJSON *repeated_member(const cJSON *item)
{
	const cJSON *members[MEMBERS_MAX], *child, *earlier, *found = NULL;
	if (cJSON_IsObject(item) && sort_members(item, members) < 0) {
		cJSON_ArrayForEach(child, item)
			for (earlier = item->child; earlier != child; earlier = earlier->next)
				if (strcmp(earlier->string, child->string) == 0)
					return child;
		return item;
	}
	for (child = item->child; child && !found; child = child->next)
		found = repeated_member(child);
	return found;
}

static void place(const char *text, const unsigned char *at, struct json_error *error)
{
	error->line = 1;
	error->column = 1;
	for (const char *p = text; p < (const char *)at; p++) {
		error->column++;
		if (*p == '\n') {
			error->line++;
			error->column = 1;
		}
	}
}

/* Number of values before item in the order of the text; false: it is not in there. */
static bool count_before(const cJSON *root, const cJSON *item, size_t *count)
{
	if (root == item)
		return true;
	++*count;
	for (const cJSON *child = root->child; child; child = child->next)
		if (count_before(child, item, count))
			return true;
	return false;
}

void json_locate(const char *text, size_t len, const cJSON *root, const cJSON *item,
		 struct json_error *at)
{
	struct scan s = {.at = (const unsigned char *)text,
			 .end = (const unsigned char *)text + len,
			 .booleans = true};
	if (root && item && count_before(root, item, &s.wanted))
		(void)scan_value(&s);
	place(text, s.found ? s.found : (const unsigned char *)text, at);
}

static cJSON *parse(const char *text, size_t len, bool booleans, struct json_error *error)
{
	struct scan s = {.at = (const unsigned char *)text, .end = (const unsigned char *)text + len,
			 .wanted = SIZE_MAX, .booleans = booleans};
	bool good = scan_value(&s);
	scan_blanks(&s);
	if (good && s.at != s.end)
		good = fail(&s, "nothing may follow the value");
	if (!good) {
		error->reason = s.reason ? s.reason : "the text ends early";
		place(text, s.at, error);
		return NULL;
	}
	cJSON *item = cJSON_ParseWithLength(text, len);
	const cJSON *repeated = item ? repeated_member(item) : NULL;
	if (!item || repeated) {
		error->reason = item ? "this name stands twice in one object, or the object has too many"
				     : "not understood";
		json_locate(text, len, item, repeated, error);
		cJSON_Delete(item);
		return NULL;
	}
	return item;
}

cJSON *json_parse_explained(const char *text, size_t len, struct json_error *error)
{
	return parse(text, len, false, error);
}

cJSON *json_parse_answer(const char *text, size_t len, struct json_error *error)
{
	return parse(text, len, true, error);
}

cJSON *json_parse(const char *text, size_t len)
{
	struct json_error ignored;
	return json_parse_explained(text, len, &ignored);
}

/* ---- canonical form ---- */

struct out {
	char *buf;
	size_t size, len;
	int error;
};

static void put(struct out *o, const char *text, size_t len)
{
	if (o->error)
		return;
	if (len >= o->size - o->len) {
		o->error = -EMSGSIZE;
		return;
	}
	memcpy(o->buf + o->len, text, len);
	o->len += len;
	o->buf[o->len] = '\0';
}

static void put_unit(struct out *o, unsigned unit)
{
	char text[8];
	const int n = snprintf(text, sizeof(text), "\\u%04x", unit & 0xffff);
	put(o, text, (size_t)n);
}

static void put_character(struct out *o, const unsigned char *p, size_t len)
{
	unsigned code = len == 1 ? *p : *p & (0x7fu >> len);
	for (size_t i = 1; i < len; i++)
		code = code << 6 | (p[i] & 0x3fu);
	if (code == '"' || code == '\\') {
		put(o, "\\", 1);
		put(o, (const char *)p, 1);
	} else if (code >= 0x20 && code < 0x7f) {
		put(o, (const char *)p, 1);
	} else if (code > 0xffff) {
		put_unit(o, 0xd800 + ((code - 0x10000) >> 10));
		put_unit(o, 0xdc00 + ((code - 0x10000) & 0x3ff));
	} else {
		put_unit(o, code);
	}
}

static void put_string(struct out *o, const char *text)
{
	const unsigned char *p = (const unsigned char *)text, *end = p + strlen(text);
	put(o, "\"", 1);
	while (p < end) {
		const size_t len = *p < 0x20 ? 1 : utf8_length(p, end);
		if (!len) {
			o->error = -EINVAL;
			return;
		}
		put_character(o, p, len);
		p += len;
	}
	put(o, "\"", 1);
}

static void put_number(struct out *o, const cJSON *item)
{
	char text[32];
	if (cJSON_IsRaw(item)) {
		struct scan s = {.at = (const unsigned char *)item->valuestring};
		s.end = s.at + strlen(item->valuestring);
		if (s.at == s.end || !scan_number(&s) || s.at != s.end)
			o->error = -EINVAL;
		put(o, item->valuestring, strlen(item->valuestring));
		return;
	}
	put(o, text, (size_t)snprintf(text, sizeof(text), "%d", item->valueint));
}

static void put_item(struct out *o, const cJSON *item, unsigned depth);

static void put_object(struct out *o, const cJSON *item, unsigned depth)
{
	const cJSON *members[MEMBERS_MAX];
	const int count = sort_members(item, members);
	if (count < 0)
		o->error = -EINVAL;
	put(o, "{", 1);
	for (int i = 0; i < count && !o->error; i++) {
		if (i)
			put(o, ",", 1);
		put_string(o, members[i]->string);
		put(o, ":", 1);
		put_item(o, members[i], depth + 1);
	}
	put(o, "}", 1);
}

static void put_array(struct out *o, const cJSON *item, unsigned depth)
{
	const cJSON *child;
	put(o, "[", 1);
	cJSON_ArrayForEach(child, item) {
		if (child != item->child)
			put(o, ",", 1);
		put_item(o, child, depth + 1);
	}
	put(o, "]", 1);
}

static void put_item(struct out *o, const cJSON *item, unsigned depth)
{
	if (depth > JSON_DEPTH_MAX)
		o->error = -EINVAL;
	else if (cJSON_IsObject(item))
		put_object(o, item, depth);
	else if (cJSON_IsArray(item))
		put_array(o, item, depth);
	else if (cJSON_IsString(item))
		put_string(o, item->valuestring);
	else if (cJSON_IsNumber(item) || cJSON_IsRaw(item))
		put_number(o, item);
	else if (cJSON_IsNull(item))
		put(o, "null", 4);
	else
		o->error = -EINVAL;
}

long json_print(const cJSON *item, char *buf, size_t size)
{
	struct out o = {.buf = buf, .size = size};
	if (size == 0)
		return -EMSGSIZE;
	put_item(&o, item, 0);
	return o.error ? o.error : (long)o.len;
}
