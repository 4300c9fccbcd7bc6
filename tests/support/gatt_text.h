/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gatt_text - a GATT database as a text file; the format is in docs/bluetooth.md. */
#ifndef PUMPCTL_TESTS_GATT_TEXT_H
#define PUMPCTL_TESTS_GATT_TEXT_H

#include "gatt_table.h"

struct gatt_text {
	struct gatt_row *rows;
	uint8_t *refusals; /* for each row the ATT error that every write to it gets; 0: none */
	size_t count;
	uint16_t mtu; /* server MTU */
	size_t queue; /* prepared writes */
};

/* Ends the program with a message and exit code 2 if the file cannot be read or understood. */
void gatt_text_load(struct gatt_text *text, const char *path);
void gatt_text_finish(struct gatt_text *text);

#endif
