/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alarm_words.h"

#include <stdio.h>
#include <string.h>

#include "client.h"

static const struct alarm_row rows[] = {
	{ALARM_LOW, "low", "low reservoir", "Plan the refill now; the alarm date has come."},
	{ALARM_EMPTY, "empty", "reservoir empty", "The patient gets no drug: treat withdrawal and refill."},
	{ALARM_MEMORY, "memory", "memory fault", "The pump lost its program: read it and program it again."},
	{ALARM_STALL, "stall", "motor stall", "The motor stands still and the patient gets no drug: treat withdrawal, and leave a strong magnetic field."},
	{ALARM_STOPPED, "stopped", "stopped too long", "The pump has been stopped for longer than ordered, or for 48 hours: resume or decide anew."},
	{ALARM_UPDATE, "update", "update not finished", "A change was begun while the pump was stopped, and never carried out: finish it or resume."},
};

const char *alarm_words_priority(uint32_t alarms)
{
	uint32_t known = 0;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		known |= rows[i].bit;
	/* What is not known here may be grave. */
	return alarms & (ALARMS_CRITICAL | ~known) ? "*** HIGH" : "** MEDIUM";
}

const struct alarm_row *alarm_row_at(size_t index)
{
	return index < sizeof(rows) / sizeof(rows[0]) ? &rows[index] : NULL;
}

void alarm_words_print(uint32_t bits, char buf[ALARM_WORDS_MAX])
{
	size_t used = 0;
	buf[0] = '\0';
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (bits & rows[i].bit)
			used += (size_t)snprintf(buf + used, ALARM_WORDS_MAX - used, "%s%s", used ? " " : "",
						 rows[i].word);
		bits &= ~rows[i].bit;
	}
	if (bits)
		(void)snprintf(buf + used, ALARM_WORDS_MAX - used, "%sunknown", used ? " " : "");
}
