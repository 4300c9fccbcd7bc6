/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vector_file.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_LEN 2048

/* "0A 11*3" becomes 0A 11 11 11. */
static size_t read_hex(const char *text, uint8_t *out, size_t size)
{
	size_t len = 0;

	while (*(text += strspn(text, " \n")) != '\0') {
		char digits[3] = {text[0], text[1], '\0'};
		unsigned long times = 1;
		char *end;
		unsigned long byte = strtoul(digits, &end, 16);

		ck_assert_msg(*end == '\0' && text[1] != '\0', "not hex: %s", text);
		text += 2;
		if (*text == '*') {
			times = strtoul(text + 1, &end, 10);
			text = end;
		}
		ck_assert_uint_le(len + times, size);
		memset(out + len, (int)byte, times);
		len += times;
	}
	return len;
}

static void copy_text(char *out, size_t size, const char *text, size_t len)
{
	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == ' '))
		len--;
	ck_assert_uint_lt(len, size);
	memcpy(out, text, len);
	out[len] = '\0';
}

static void read_field(struct vector *v, char *line)
{
	char *colon = strchr(line, ':'), *equals;
	struct vector_field *field = &v->fields[v->field_count];
	uint8_t bytes[512];
	size_t len;

	ck_assert_msg(colon != NULL, "no colon: %s", line);
	*colon = '\0';
	len = read_hex(line, bytes, sizeof bytes);
	ck_assert_uint_le(v->len + len, sizeof v->bytes);
	memcpy(v->bytes + v->len, bytes, len);
	v->len += len;
	colon += 1 + strspn(colon + 1, " ");
	if (*colon == '(' || *colon == '\n' || *colon == '\0')
		return;
	equals = strstr(colon, " =");
	ck_assert_msg(equals != NULL && v->field_count < VECTOR_FIELDS, "%s", colon);
	copy_text(field->name, sizeof field->name, colon, (size_t)(equals - colon));
	equals += 2 + strspn(equals + 2, " ");
	copy_text(field->value, sizeof field->value, equals, strlen(equals));
	memcpy(field->bytes, bytes, len);
	field->len = len;
	v->field_count++;
}

static void read_line(struct vector *v, char *line)
{
	if (strncmp(line, "vector ", 7) == 0) {
		copy_text(v->name, sizeof v->name, line + 7, strlen(line + 7));
	} else if (strncmp(line, "kind ", 5) == 0) {
		copy_text(v->kind, sizeof v->kind, line + 5, strlen(line + 5));
	} else if (strncmp(line, "  ", 2) == 0) {
		read_field(v, line);
	} else if (strncmp(line, "digest ", 7) == 0) {
		ck_assert_uint_eq(read_hex(line + 7, v->digest, sizeof v->digest), 32);
		v->has_digest = true;
	} else {
		ck_assert_msg(strncmp(line, "section ", 8) == 0 || strncmp(line, "meaning ", 8) == 0,
			      "what is this: %s", line);
	}
}

/* A vector ends at an empty line or at the end of the file. */
bool vector_read(FILE *file, struct vector *vector)
{
	char line[LINE_MAX_LEN];

	memset(vector, 0, sizeof *vector);
	while (fgets(line, sizeof line, file)) {
		if (line[0] == '#')
			continue;
		if (line[0] != '\n')
			read_line(vector, line);
		else if (vector->name[0] != '\0')
			return true;
	}
	return vector->name[0] != '\0';
}
