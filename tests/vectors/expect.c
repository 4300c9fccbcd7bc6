/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "expect.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct vector vector;
size_t next_field;

/* What a decoder found must be what is written beside the bytes, in the same order. */
static const char *expect(const char *name)
{
	const struct vector_field *field = &vector.fields[next_field];

	ck_assert_msg(next_field < vector.field_count, "%s: no field left for %s", vector.name, name);
	ck_assert_msg(strcmp(field->name, name) == 0, "%s: %s where %s is written", vector.name, name,
		      field->name);
	next_field++;
	return field->value;
}

void expect_text(const char *name, const char *found)
{
	const char *written = expect(name);

	ck_assert_msg(strcmp(written, found) == 0, "%s: %s is %s, written is %s", vector.name, name,
		      found, written);
}

void expect_number(const char *name, uint64_t found)
{
	const char *written = expect(name);

	ck_assert_msg(strtoull(written, NULL, 0) == found, "%s: %s is %" PRIu64 ", written is %s",
		      vector.name, name, found, written);
}

void expect_signed(const char *name, int64_t found)
{
	const char *written = expect(name);

	ck_assert_msg(strtoll(written, NULL, 0) == found, "%s: %s is %" PRId64 ", written is %s",
		      vector.name, name, found, written);
}

void expect_bytes(const char *name, const uint8_t *found, size_t len)
{
	const struct vector_field *field = &vector.fields[next_field];

	expect(name);
	ck_assert_msg(field->len == len && (len == 0 || memcmp(field->bytes, found, len) == 0),
		      "%s: bytes of %s differ", vector.name, name);
}

void expect_flag(const char *name, bool found)
{
	expect_text(name, found ? "yes" : "no");
}

void expect_end(void)
{
	ck_assert_msg(next_field == vector.field_count, "%s: %s is written but was not found",
		      vector.name, vector.fields[next_field].name);
}
