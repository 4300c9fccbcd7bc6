/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pump_tell - how the pump is and what it was told: STATUS and CARE (docs/protocol.md section 4). */
#ifndef PUMPCTL_PUMP_TELL_H
#define PUMPCTL_PUMP_TELL_H

#include "messages.h"
#include "pump.h"

/* Requests, in the form of pump_requests.c. */
enum result_code pump_tell_status(struct pump *p, const struct message *m, struct message *answer);
enum result_code pump_tell_care(struct pump *p, const struct message *m, struct message *answer);

#endif
