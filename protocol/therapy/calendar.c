/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "calendar.h"

#include "text.h"

#define DAYS_PER_ERA INT64_C(146097)
/* Days from 0000-03-01 to 1970-01-01. */
#define EPOCH_OFFSET INT64_C(719468)

#define DATE_LEN 10

bool calendar_is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int calendar_month_days(int64_t year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return month == 2 && calendar_is_leap(year) ? 29 : days[month - 1];
}

/* Years are positive here, so that divisions round down. */
static int64_t days_of(struct date_parts parts)
{
	int64_t year = parts.year - (parts.month <= 2 ? 1 : 0);
	int64_t era = year / 400, year_of_era = year % 400;
	int64_t month = parts.month > 2 ? parts.month - 3 : parts.month + 9;
	int64_t day_of_year = (153 * month + 2) / 5 + parts.day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * DAYS_PER_ERA + day_of_era - EPOCH_OFFSET;
}

enum pump_err calendar_from_parts(struct date_parts parts, struct date *out)
{
	if (parts.year < CALENDAR_YEAR_FIRST || parts.year > CALENDAR_YEAR_LAST ||
	    parts.month < 1 || parts.month > 12 || parts.day < 1 ||
	    parts.day > calendar_month_days(parts.year, parts.month))
		return PUMP_ERANGE;
	out->day = days_of(parts);
	return PUMP_OK;
}

struct date_parts calendar_parts(struct date date)
{
	int64_t days = date.day + EPOCH_OFFSET;
	int64_t era = days / DAYS_PER_ERA, day_of_era = days % DAYS_PER_ERA;
	int64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * day_of_year + 2) / 153;
	struct date_parts parts = {.year = era * 400 + year_of_era,
				   .month = (int)(month < 10 ? month + 3 : month - 9),
				   .day = (int)(day_of_year - (153 * month + 2) / 5 + 1)};

	if (parts.month <= 2)
		parts.year++;
	return parts;
}

enum weekday calendar_weekday(struct date date)
{
	/* 1970-01-01 was a Thursday; the remainder may be negative. */
	return (enum weekday)(((date.day % 7) + 7 + THURSDAY) % 7);
}

enum pump_err calendar_add(struct date date, int64_t days, struct date *out)
{
	const struct date_parts first = {CALENDAR_YEAR_FIRST, 1, 1}, last = {CALENDAR_YEAR_LAST, 12, 31};
	int64_t sum;

	if (__builtin_add_overflow(date.day, days, &sum) || sum < days_of(first) || sum > days_of(last))
		return PUMP_ERANGE;
	out->day = sum;
	return PUMP_OK;
}

static enum pump_err refuse(struct text_error *error, enum pump_err err, size_t index,
			    const char *reason)
{
	error->column = index + 1;
	error->reason = reason;
	return err;
}

static bool read_number(const char *text, size_t len, size_t *at, int *out)
{
	size_t from = *at;

	*out = 0;
	while (*at < len && *at - from < 4 && text[*at] >= '0' && text[*at] <= '9')
		*out = *out * 10 + (text[(*at)++] - '0');
	return *at > from;
}

/* Year first can only be meant in one way, whatever stands between the numbers. */
static void suggest(const char *text, size_t len, struct text_error *error)
{
	int numbers[3] = {0};
	struct date meant;
	size_t at = 0;

	for (size_t i = 0; i < 3; i++) {
		size_t from = at;

		if (!read_number(text, len, &at, &numbers[i]) || (i > 0 && at - from > 2))
			return;
		if (i < 2 && (at == len || (text[at] != '-' && text[at] != '/' && text[at] != '.' &&
					    text[at] != ' ')))
			return;
		at += i < 2 ? 1 : 0;
	}
	if (at == len &&
	    calendar_from_parts((struct date_parts){numbers[0], numbers[1], numbers[2]}, &meant) == PUMP_OK)
		date_print(meant, error->suggestion);
}

enum pump_err date_parse(const char *text, size_t len, struct date *out, struct text_error *error)
{
	static const char form[] = "0000-00-00";
	struct date_parts parts = {0};
	size_t at = 0;
	int year;

	*error = (struct text_error){0};
	for (size_t i = 0; i < DATE_LEN; i++)
		if (i == len || (form[i] == '-' ? text[i] != '-' : text[i] < '0' || text[i] > '9')) {
			suggest(text, len, error);
			return refuse(error, PUMP_EFORM, i, "a date is written as year-month-day, as in 2026-08-19");
		}
	if (len > DATE_LEN)
		return refuse(error, PUMP_EFORM, DATE_LEN, "nothing may follow the day");
	read_number(text, len, &at, &year);
	at++;
	read_number(text, len, &at, &parts.month);
	at++;
	read_number(text, len, &at, &parts.day);
	parts.year = year;
	if (year < CALENDAR_YEAR_FIRST)
		return refuse(error, PUMP_ERANGE, 0, "a year before 1900");
	if (parts.month < 1 || parts.month > 12)
		return refuse(error, PUMP_ERANGE, 5, "the months are 01 to 12");
	if (calendar_from_parts(parts, out) != PUMP_OK)
		return refuse(error, PUMP_ERANGE, 8, "this month has no such day");
	return PUMP_OK;
}

static void add_number(struct text *text, int64_t value, int width)
{
	char digits[4];

	for (int i = width; i > 0; i--) {
		digits[i - 1] = (char)('0' + value % 10);
		value /= 10;
	}
	text_add_bytes(text, digits, (size_t)width);
}

size_t date_print(struct date date, char *buf)
{
	struct date_parts parts = calendar_parts(date);
	struct text text;

	text_init(&text, buf, DATE_TEXT_MAX);
	add_number(&text, parts.year, 4);
	text_add(&text, "-");
	add_number(&text, parts.month, 2);
	text_add(&text, "-");
	add_number(&text, parts.day, 2);
	return text.len;
}

size_t date_display(struct date date, char *buf)
{
	static const char weekdays[][4] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct date_parts parts = calendar_parts(date);
	struct text text;

	text_init(&text, buf, DATE_TEXT_MAX);
	text_add(&text, weekdays[calendar_weekday(date)]);
	text_add(&text, " ");
	add_number(&text, parts.day, parts.day < 10 ? 1 : 2);
	text_add(&text, " ");
	text_add(&text, months[parts.month - 1]);
	text_add(&text, " ");
	add_number(&text, parts.year, 4);
	return text.len;
}
