/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump_enrol - a new workstation in a pairing slot, and what a paired one may read about who is
 * paired and who tried to get in.
 */
#ifndef PUMPCTL_PUMP_ENROL_H
#define PUMPCTL_PUMP_ENROL_H

#include "messages.h"
#include "pump.h"

/*
 * ENROL: starts the store of slot, key, first operator and log record, one transaction. A workstation
 * that has a slot keeps it with its token and results; only the key is new. NOT_NOW: not in a
 * session that the card code opened; NO_SLOT; HAS_OPERATORS: the first one is there already.
 */
enum result_code pump_enrol(struct pump *p, const struct message *m, struct message *answer);
/* The store is durable: answers ENROLLED, if the session is still the one that asked. */
void pump_enrol_stored(struct pump *p);

enum result_code pump_enrol_list(struct pump *p, const struct message *m, struct message *answer);
enum result_code pump_enrol_security(struct pump *p, const struct message *m,
				     struct message *answer);
/* A slot was revoked: its record. False: none was. */
bool pump_enrol_record_revoked(struct pump *p);

#endif
