/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text form of programs: what is printed is read back as the same program, and a mistake has its place. */
#include "any_program.h"
#include "program_text.h"
#include "suite.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#define ROUNDS 20000

START_TEST(any_program_is_read_back_as_it_was_printed)
{
	static char text[PROGRAM_TEXT_MAX], again[PROGRAM_TEXT_MAX];
	struct text_error error;

	srandom(3);
	for (int round = 0; round < ROUNDS; round++) {
		struct program program, back;
		size_t len;

		any_program(&program);
		len = program_text_print(&program, text, sizeof text);
		ck_assert_uint_gt(len, 0);
		ck_assert_msg(program_text_parse(text, len, &back, &error) == PUMP_OK, "%s: %s at %zu", text,
			      error.reason, error.column);
		ck_assert_uint_eq(program_text_print(&back, again, sizeof again), len);
		ck_assert_str_eq(again, text);
		ck_assert(mixture_equal(&program.mixture, &back.mixture));
	}
}
END_TEST

START_TEST(a_text_cut_anywhere_is_refused_with_a_place_in_it)
{
	static const char text[] = "baclofen 500 mcg/mL; periodic 60 mcg every 24h over 30min base 100 mcg/day; "
				   "low-alarm 4 mL; patient-bolus 25 mcg over 10min lockout 2h most 4; "
				   "bridge 0.4 mL at 0.4 mL/day";
	struct text_error error;
	struct program program;

	ck_assert_int_eq(program_text_parse(text, sizeof text - 1, &program, &error), PUMP_OK);
	for (size_t len = 0; len < sizeof text - 1; len++) {
		enum pump_err err = program_text_parse(text, len, &program, &error);

		if (err == PUMP_OK) /* the optional parts may be left out, whole */
			ck_assert(!strncmp(text + len, "; ", 2));
		else
			ck_assert(error.column >= 1 && error.column <= len + 1 && error.reason[0]);
	}
}
END_TEST

START_TEST(a_comma_within_a_number_is_called_what_it_is)
{
	/* Never "type it as 1 mg/day": what stands before the comma is another dose. */
	static const char *const texts[] = {
		"baclofen 500 mcg/mL; 1,25 mcg/day; low-alarm 4 mL",
		"baclofen 500 mcg/mL; 125 mcg/day; low-alarm 4,5 mL",
		"baclofen 500 mcg/mL; flex 00:00 200,5 mcg/day, 06:00 210 mcg/day; low-alarm 4 mL",
		"baclofen 1,500 mcg/mL; 125 mcg/day; low-alarm 4 mL",
		"baclofen 500 mcg/mL; 125 mcg/day; low-alarm 4 mL; bridge 0,4 mL at 0.4 mL/day",
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct text_error error;
		struct program program;

		ck_assert_int_eq(program_text_parse(texts[i], strlen(texts[i]), &program, &error), PUMP_EFORM);
		ck_assert_msg(strstr(error.reason, "comma") != NULL, "%s: %s", texts[i], error.reason);
		ck_assert_msg(error.column == (size_t)(strchr(texts[i], ',') - texts[i]) + 1, "%s: %zu", texts[i], error.column);
	}
}
END_TEST

START_TEST(no_number_is_advised_that_a_comma_may_have_cut)
{
	static const char *const texts[] = {"1, 25 mcg/day", "1 ,25 mcg/day", "1,.5 mcg/day", "1, mcg/day", "1  , 2 mcg/day"};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct text_error error;
		struct program program;
		char text[80];
		int len = snprintf(text, sizeof text, "baclofen 500 mcg/mL; %s; low-alarm 4 mL", texts[i]);

		ck_assert_int_eq(program_text_parse(text, (size_t)len, &program, &error), PUMP_EFORM);
		ck_assert_msg(!error.suggestion[0], "%s: %s", text, error.suggestion);
	}
}
END_TEST

START_TEST(mistakes_are_told_at_their_column)
{
	static const struct {
		const char *text;
		size_t column;
	} rows[] = {
		{"baclofen 500 mcg/mL; 200; low-alarm 4 mL", 25},
		{"baclofen 500 mcg/mL; flex 06:00 200 mcg/day; low-alarm 4 mL", 27},
		{"baclofen 500 mcg/mL; flex 00:00 200 mcg/day, 00:00 210 mcg/day; low-alarm 4 mL", 46},
		{"baclofen 500 mcg/mL; minimum; low-alarm", 29},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct text_error error;
		struct program program;

		ck_assert_int_ne(program_text_parse(rows[i].text, strlen(rows[i].text), &program, &error),
				 PUMP_OK);
		ck_assert_msg(error.column == rows[i].column, "%s: %zu", rows[i].text, error.column);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		any_program_is_read_back_as_it_was_printed,
		a_text_cut_anywhere_is_refused_with_a_place_in_it,
		a_comma_within_a_number_is_called_what_it_is,
		no_number_is_advised_that_a_comma_may_have_cut,
		mistakes_are_told_at_their_column,
		NULL,
	};

	return suite_run_tests("program_text", tests, NULL, NULL);
}
