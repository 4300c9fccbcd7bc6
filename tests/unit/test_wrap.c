/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "suite.h"
#include "wrap.h"

static void assert_written(const char *text, size_t used, size_t width, const char *expected)
{
	char *got;
	size_t len;
	FILE *file = open_memstream(&got, &len);
	wrap_write(file, text, used, WRAP_INDENT, width);
	fclose(file);
	ck_assert_str_eq(got, expected);
	free(got);
}

START_TEST(line_breaks_at_the_last_space_that_fits)
{
	assert_written("one two three", 0, 8, "one two\n  three\n");
	assert_written("one two three", 0, 13, "one two three\n");
	assert_written("one two three", 6, 10, "one\n  two\n  three\n");
}
END_TEST

START_TEST(number_stays_with_its_unit)
{
	assert_written("runs morphine 1.2 mg per day now", 0, 18, "runs morphine\n  1.2 mg per day\n  now\n");
}
END_TEST

START_TEST(rate_stays_whole)
{
	assert_written("goes on with 10 mg per mL in it", 0, 18, "goes on with\n  10 mg per mL in\n  it\n");
}
END_TEST

START_TEST(word_wider_than_the_line_stays_whole)
{
	assert_written("PX20-000123-LONG is here", 0, 8, "PX20-000123-LONG\n  is\n  here\n");
}
END_TEST

START_TEST(without_room_beside_what_stands_there_the_text_goes_on_below)
{
	assert_written("one two three", 40, 41, "one\n  two three\n");
}
END_TEST

START_TEST(without_a_width_nothing_is_wrapped)
{
	assert_written("one two three", 40, 0, "one two three\n");
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("wrap");
	tcase_add_test(tc, line_breaks_at_the_last_space_that_fits);
	tcase_add_test(tc, number_stays_with_its_unit);
	tcase_add_test(tc, rate_stays_whole);
	tcase_add_test(tc, word_wider_than_the_line_stays_whole);
	tcase_add_test(tc, without_room_beside_what_stands_there_the_text_goes_on_below);
	tcase_add_test(tc, without_a_width_nothing_is_wrapped);
	return suite_run(tc);
}
