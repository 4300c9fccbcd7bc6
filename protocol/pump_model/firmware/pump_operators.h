/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump_operators - who may order what: the pump's list of operators, and its own check of rights
 * over the rows of orders.def (docs/protocol.md section 7).
 */
#ifndef PUMPCTL_PUMP_OPERATORS_H
#define PUMPCTL_PUMP_OPERATORS_H

#include "change_read.h"

struct pump_operator {
	char id[OPERATOR_ID_MAX + 1];
	uint8_t role; /* enum operator_role */
	uint8_t key[OPERATOR_KEY_LEN];
};

struct pump_operators {
	uint32_t version; /* goes up by one with every change; 0: never had one */
	uint8_t count;
	struct pump_operator list[OPERATORS_MAX];
};

/* In a state block. */
#define PUMP_OPERATORS_LEN (4 + 1 + OPERATORS_MAX * (OPERATOR_ID_MAX + 1 + OPERATOR_KEY_LEN))

void pump_operators_write(uint8_t *bytes, const struct pump_operators *operators);
/* False: the count is out of bounds; *out untouched. */
bool pump_operators_read(const uint8_t *bytes, struct pump_operators *out);

/* The list with one supervisor, or with nobody for id "". key: OPERATOR_KEY_LEN bytes. */
void pump_operators_first(const char *id, const uint8_t *key, struct pump_operators *out);

/* NULL: not listed. */
const struct pump_operator *pump_operators_find(const struct pump_operators *operators,
						const char *id);
/* True if the operator signed these bytes of an order. */
bool pump_operators_signed(const struct pump_operator *operator, const uint8_t *order, size_t len,
			   const uint8_t signature[SIGNATURE_LEN]);
/* A role's right to a change; only_alarms: its image differs from the active one in alarms alone. */
bool pump_operators_allow(uint8_t role, const struct read_change *change, bool only_alarms);
bool pump_operators_override(uint8_t role);
/* True if an order of this kind may hold exactly this change. */
bool pump_operators_kind_fits(uint16_t kind, const struct read_change *change);

/*
 * Makes the change of an operator section. DONE, or with the list untouched: LAST_SUPERVISOR,
 * NO_SUCH_THING (removal of one that is not listed), OUT_OF_RANGE (list full, or a key listed
 * under another id).
 */
enum result_code pump_operators_change(struct pump_operators *operators,
				       const struct read_operator *act);

#endif
