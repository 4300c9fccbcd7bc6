/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * operator - who may order what (docs/protocol.md section 7): the programmer's check, over the rows
 * of orders.def. The pump model has its own over the same rows, and it is the pump's that counts.
 */
#ifndef PUMPCTL_OPERATOR_H
#define PUMPCTL_OPERATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codes.h"

struct operator_row {
	char id[OPERATOR_ID_MAX + 1];
	uint8_t role; /* enum operator_role */
	uint8_t key[OPERATOR_KEY_LEN];
};

/* Rights: RIGHT_PROGRAM, …, in the order of orders.def. */
enum operator_right {
#define RIGHT(right, words, viewer, nurse, programmer, supervisor) RIGHT_##right,
#define SECTION(part, tag, right)
#define KIND(kind, name, must, may)
#include "orders.def"
#undef RIGHT
#undef SECTION
#undef KIND
	RIGHT_COUNT,
};

/* 1 to OPERATOR_ID_MAX of a-z, 0-9, '-' and '.', first a letter. len without the NUL. */
bool operator_id_is_valid(const char *id, size_t len);
bool operator_role_is_valid(uint8_t role);
/* "nurse"; NULL: no such role. */
const char *operator_role_name(uint8_t role);
/* An unknown role may do nothing. */
bool operator_may(uint8_t role, enum operator_right right);
/* What a right allows: "refill". */
const char *operator_right_words(enum operator_right right);

/*
 * True if a role may give an order with these parts. only_alarms: nothing of the image differs
 * from the active one but its alarm settings; stops_bolus: the bolus act stops one.
 */
bool operator_may_order(uint8_t role, uint32_t parts, bool only_alarms, bool stops_bolus);
/* Name of a kind of order: "bolus-stop"; NULL: no such kind. */
const char *order_kind_words(uint16_t kind);
/* True if an order of this kind may hold exactly these parts. */
bool order_kind_fits(uint16_t kind, uint32_t parts);

#endif
