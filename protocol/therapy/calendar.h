/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * calendar - dates as days, by the proleptic Gregorian calendar. Pure: no clock, no time zone.
 *
 * A date is the whole-day count from 1970-01-01 (day 0); adding days never meets a change of
 * clocks. Method: Howard Hinnant, "chrono-compatible low-level date algorithms" (years that
 * begin in March, eras of 400 years = 146,097 days). Typed dates are ISO 8601, year-month-day;
 * shown ones spell the month, so that day and month cannot be taken for each other.
 */
#ifndef PUMPCTL_CALENDAR_H
#define PUMPCTL_CALENDAR_H

#include <stdbool.h>

#include "decimal.h"

/* An earlier year is a slip of the hand; a later one has more than four digits. */
#define CALENDAR_YEAR_FIRST 1900
#define CALENDAR_YEAR_LAST  9999

#define DATE_TEXT_MAX 24

enum weekday { MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY };

struct date {
	int64_t day; /* since 1970-01-01; negative before it */
};

struct date_parts {
	int64_t year;
	int month, day; /* from 1 */
};

bool calendar_is_leap(int64_t year);
/* Days of a month 1..12. */
int calendar_month_days(int64_t year, int month);
/* PUMP_ERANGE: no such day, or a year outside CALENDAR_YEAR_FIRST..LAST; *out untouched. */
enum pump_err calendar_from_parts(struct date_parts parts, struct date *out) PUMP_CHECKED;
/* date: within the years above. */
struct date_parts calendar_parts(struct date date);
enum weekday calendar_weekday(struct date date);
/* date + days, days of either sign. PUMP_ERANGE: leaves the years above; *out untouched. */
enum pump_err calendar_add(struct date date, int64_t days, struct date *out) PUMP_CHECKED;

/*
 * "2026-08-19", 10 bytes, borrowed. PUMP_EFORM: other spelling; PUMP_ERANGE: a day that does not
 * exist or a year outside the above; *error as in decimal.h; *out untouched.
 */
enum pump_err date_parse(const char *text, size_t len, struct date *out,
			 struct text_error *error) PUMP_CHECKED;
/* buf: DATE_TEXT_MAX bytes, NUL-terminated. Return the length. "2026-08-19"; "Wed 19 Aug 2026". */
size_t date_print(struct date date, char *buf);
size_t date_display(struct date date, char *buf);

#endif
