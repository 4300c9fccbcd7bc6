/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "calendar.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

static enum pump_err parse(const char *text, struct date *date, struct text_error *error)
{
	return date_parse(text, strlen(text), date, error);
}

/* A calendar that only ever counts one day on. */
struct counter {
	int year, month, day, weekday;
};

static void count_on(struct counter *c)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int leap = (c->year % 4 == 0) - (c->year % 100 == 0) + (c->year % 400 == 0);

	c->weekday = (c->weekday + 1) % 7;
	if (++c->day <= days[c->month - 1] + (c->month == 2 ? leap : 0))
		return;
	c->day = 1;
	if (++c->month <= 12)
		return;
	c->month = 1;
	c->year++;
}

static void check_day(const struct counter *c, int64_t number)
{
	static const char weekdays[][4] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	struct date date = {-1}, back = {-1};
	struct text_error error;
	struct date_parts parts;
	char text[DATE_TEXT_MAX], expected[64], shown[DATE_TEXT_MAX];

	if (calendar_from_parts((struct date_parts){c->year, c->month, c->day}, &date) != PUMP_OK ||
	    date.day != number)
		ck_abort_msg("%d-%d-%d is day %lld", c->year, c->month, c->day, (long long)date.day);
	parts = calendar_parts(date);
	if (parts.year != c->year || parts.month != c->month || parts.day != c->day)
		ck_abort_msg("day %lld is not %d-%d-%d", (long long)number, c->year, c->month, c->day);
	if ((int)calendar_weekday(date) != c->weekday)
		ck_abort_msg("day %lld has another weekday", (long long)number);
	snprintf(expected, sizeof expected, "%04d-%02d-%02d", c->year, c->month, c->day);
	if (date_print(date, text) != 10 || strcmp(text, expected) != 0)
		ck_abort_msg("%s instead of %s", text, expected);
	if (parse(text, &back, &error) != PUMP_OK || back.day != number)
		ck_abort_msg("%s does not parse back", text);
	date_display(date, shown);
	if (strncmp(shown, weekdays[c->weekday], 3) != 0)
		ck_abort_msg("%s", shown);
}

START_TEST(every_day_from_1970_to_2170_is_counted_and_goes_back)
{
	struct counter c = {1970, 1, 1, THURSDAY};
	int64_t number = 0;

	for (; c.year <= 2170; number++) {
		check_day(&c, number);
		count_on(&c);
	}
	ck_assert_int_eq(number, 73414);
}
END_TEST

START_TEST(days_before_1970_are_counted_down_from_zero)
{
	struct counter c = {1900, 1, 1, MONDAY};

	for (int64_t number = -25567; number < 0; number++) {
		check_day(&c, number);
		count_on(&c);
	}
	ck_assert_int_eq(c.year, 1970);
}
END_TEST

START_TEST(only_centuries_by_400_are_leap_years)
{
	ck_assert(calendar_is_leap(2000) && calendar_is_leap(2024) && calendar_is_leap(2400));
	ck_assert(!calendar_is_leap(1900) && !calendar_is_leap(2100) && !calendar_is_leap(2026));
	ck_assert_int_eq(calendar_month_days(2024, 2), 29);
	ck_assert_int_eq(calendar_month_days(2100, 2), 28);
}
END_TEST

START_TEST(days_are_added_across_2038_and_leap_days)
{
	static const struct {
		const char *from;
		int64_t days;
		const char *to;
	} rows[] = {
		{"2026-08-19", 65, "2026-10-23"}, {"2038-01-19", 1, "2038-01-20"},
		{"2028-02-28", 1, "2028-02-29"},  {"2100-02-28", 1, "2100-03-01"},
		{"2026-01-01", -1, "2025-12-31"}, {"2027-12-31", 366, "2028-12-31"},
		{"9999-12-30", 1, "9999-12-31"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct text_error error;
		struct date date;
		char text[DATE_TEXT_MAX];

		ck_assert_int_eq(parse(rows[i].from, &date, &error), PUMP_OK);
		ck_assert_int_eq(calendar_add(date, rows[i].days, &date), PUMP_OK);
		date_print(date, text);
		ck_assert_str_eq(text, rows[i].to);
	}
}
END_TEST

START_TEST(adding_past_the_calendar_is_refused)
{
	struct date date = {20684}, out = {-7};

	ck_assert_int_eq(calendar_add(date, INT64_MAX, &out), PUMP_ERANGE);
	ck_assert_int_eq(calendar_add(date, INT64_MIN, &out), PUMP_ERANGE);
	ck_assert_int_eq(calendar_add(date, 3000000, &out), PUMP_ERANGE);
	ck_assert_int_eq(calendar_add(date, -50000, &out), PUMP_ERANGE);
	ck_assert_int_eq(out.day, -7);
}
END_TEST

START_TEST(shown_dates_spell_the_month)
{
	struct text_error error;
	struct date date;
	char text[DATE_TEXT_MAX];

	ck_assert_int_eq(parse("2026-08-19", &date, &error), PUMP_OK);
	ck_assert_uint_eq(date_display(date, text), 15);
	ck_assert_str_eq(text, "Wed 19 Aug 2026");
	ck_assert_int_eq(parse("2038-02-01", &date, &error), PUMP_OK);
	date_display(date, text);
	ck_assert_str_eq(text, "Mon 1 Feb 2038");
}
END_TEST

static const struct {
	const char *text;
	enum pump_err err;
	size_t column;
	const char *suggestion;
} refused[] = {
	{"", PUMP_EFORM, 1, ""},
	{"today", PUMP_EFORM, 1, ""},
	{"2026", PUMP_EFORM, 5, ""},
	{"2026-8-19", PUMP_EFORM, 7, "2026-08-19"},
	{"2026/08/19", PUMP_EFORM, 5, "2026-08-19"},
	{"2026.8.9", PUMP_EFORM, 5, "2026-08-09"},
	{"2026 8 9", PUMP_EFORM, 5, "2026-08-09"},
	/* day and month could be swapped: nothing is guessed */
	{"19.08.2026", PUMP_EFORM, 3, ""},
	{"08/09/2026", PUMP_EFORM, 3, ""},
	{"26-08-19", PUMP_EFORM, 3, ""},
	{"2026-008-19", PUMP_EFORM, 8, ""},
	{"20260819", PUMP_EFORM, 5, ""},
	{"-2026-08-19", PUMP_EFORM, 1, ""},
	{"2026-08-19 ", PUMP_EFORM, 11, ""},
	{"2026-08-191", PUMP_EFORM, 11, ""},
	{"2026-08-19T00:00", PUMP_EFORM, 11, ""},
	{"2026/02/30", PUMP_EFORM, 5, ""},
	{"2026-02-30", PUMP_ERANGE, 9, ""},
	{"2026-02-29", PUMP_ERANGE, 9, ""},
	{"2100-02-29", PUMP_ERANGE, 9, ""},
	{"2026-04-31", PUMP_ERANGE, 9, ""},
	{"2026-08-00", PUMP_ERANGE, 9, ""},
	{"2026-13-01", PUMP_ERANGE, 6, ""},
	{"2026-00-01", PUMP_ERANGE, 6, ""},
	{"0206-08-19", PUMP_ERANGE, 1, ""},
	{"1899-12-31", PUMP_ERANGE, 1, ""},
	{"\xd9\xa2\xd9\xa0\xd9\xa2\xd9\xa6-08-19", PUMP_EFORM, 1, ""},
};

START_TEST(other_dates_are_refused_with_their_column)
{
	struct date date = {-7};
	struct text_error error;

	ck_assert_msg(parse(refused[_i].text, &date, &error) == refused[_i].err, "%s", refused[_i].text);
	ck_assert_msg(error.column == refused[_i].column, "%s: column %zu", refused[_i].text,
		      error.column);
	ck_assert_str_eq(error.suggestion, refused[_i].suggestion);
	ck_assert_int_eq(date.day, -7);
}
END_TEST

START_TEST(a_date_is_not_read_beyond_its_length)
{
	struct date date = {-7};
	struct text_error error;

	ck_assert_int_eq(date_parse("2026-08-191", 10, &date, &error), PUMP_OK);
	date.day = -7;
	ck_assert_int_eq(date_parse("2026-08-19", 9, &date, &error), PUMP_EFORM);
	ck_assert_uint_eq(error.column, 10);
	ck_assert_int_eq(date.day, -7);
}
END_TEST

START_TEST(parts_that_are_no_day_are_refused)
{
	static const struct date_parts rows[] = {
		{1899, 12, 31}, {10000, 1, 1}, {2026, 0, 1}, {2026, 13, 1},
		{2026, 1, 0},   {2026, 1, 32}, {2026, 2, 29}, {2026, -1, -1}, {INT64_MAX, 1, 1}};
	struct date date = {-7};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ck_assert_int_eq(calendar_from_parts(rows[i], &date), PUMP_ERANGE);
	ck_assert_int_eq(date.day, -7);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		every_day_from_1970_to_2170_is_counted_and_goes_back,
		days_before_1970_are_counted_down_from_zero,
		only_centuries_by_400_are_leap_years,
		days_are_added_across_2038_and_leap_days,
		adding_past_the_calendar_is_refused,
		shown_dates_spell_the_month,
		a_date_is_not_read_beyond_its_length,
		parts_that_are_no_day_are_refused,
		NULL,
	};
	const struct suite_loop loops[] = {
		{other_dates_are_refused_with_their_column, sizeof refused / sizeof refused[0]},
		{NULL, 0},
	};

	return suite_run_loops("calendar", tests, loops, NULL, NULL);
}
