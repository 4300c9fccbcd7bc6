/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Typed dates: what is accepted is printed as it was typed and goes to its parts and back; what is
 * refused has a column inside the text and only a suggestion that would be accepted.
 */
#include "calendar.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_accepted(const char *text, size_t len, struct date date)
{
	struct date back = {-1};
	char printed[DATE_TEXT_MAX];

	require(date_print(date, printed) == len && memcmp(printed, text, len) == 0);
	require(calendar_from_parts(calendar_parts(date), &back) == PUMP_OK && back.day == date.day);
	require(calendar_weekday(date) <= SUNDAY);
	require(date_display(date, printed) < sizeof printed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text_error error, ignored;
	struct date date = {-1};
	const char *text = (const char *)data;
	enum pump_err err = date_parse(text, size, &date, &error);

	require(err == PUMP_OK || err == PUMP_EFORM || err == PUMP_ERANGE);
	if (err == PUMP_OK) {
		check_accepted(text, size, date);
		return 0;
	}
	require(error.column >= 1 && error.column <= size + 1 && error.reason && date.day == -1);
	require(memchr(error.suggestion, '\0', sizeof error.suggestion) != NULL);
	if (error.suggestion[0] != '\0')
		require(date_parse(error.suggestion, strlen(error.suggestion), &date, &ignored) == PUMP_OK);
	return 0;
}
