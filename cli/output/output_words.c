/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What members of the result tree are called on the screen, and which of them only machines want. */
#include <string.h>

#include "output_tree.h"

bool output_is_hidden(const char *key)
{
	static const char *const hidden[] = {
		"digest", "active_digest", "stage_digest", "data_hex", "type_code", "epoch", "fields",
		"kind", "confirm", "ticks_ms", "record_time_s", "reason", "open_intents", "has_program",
		"as_file"};
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (!strcmp(key, hidden[i]))
			return true;
	return false;
}

/* Keys are stable for scripts; where their own words are not a clinician's, others are shown. */
static const struct {
	const char *key, *label;
} labels[] = {
	{"sequence", "Number"},
	{"origin", "Trail"},
	{"root", "Fingerprint"},
	{"pumpctl", "Version"},
	{"new", "Newly made"},
	{"first_record", "First record of the pump"},
	{"last_record", "Last record of the pump"},
	{"stored_now", "Records downloaded now"},
	{"rssi_dbm", "Signal in dBm"},
	{"lost", "Records lost"},
	{"phy", "PHY"},
	{"mtu", "MTU"},
	{"goodput_of_greatest", "Of the greatest"},
};

void output_label(const char *key, char *buf, size_t size)
{
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (!strcmp(key, labels[i].key)) {
			(void)snprintf(buf, size, "%s", labels[i].label);
			return;
		}
	(void)snprintf(buf, size, "%s", key);
	for (char *c = buf; *c; c++)
		if (*c == '_')
			*c = ' ';
	if (buf[0] >= 'a' && buf[0] <= 'z')
		buf[0] = (char)(buf[0] - 'a' + 'A');
}
