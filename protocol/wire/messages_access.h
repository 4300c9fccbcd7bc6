/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * messages_access - the bodies of ENROL, SLOTS and SECURITY, which are more than a row of fields
 * (docs/protocol.md section 4). As messages_body.h; used by messages.c alone.
 */
#ifndef PUMPCTL_MESSAGES_ACCESS_H
#define PUMPCTL_MESSAGES_ACCESS_H

#include "bytes.h"
#include "messages.h"

enum pump_err enrol_body_write(const struct message *m, struct writer *w) PUMP_CHECKED;
enum pump_err slots_body_write(const struct message *m, struct writer *w) PUMP_CHECKED;
enum pump_err security_body_write(const struct message *m, struct writer *w) PUMP_CHECKED;

void enrol_body_read(struct reader *r, struct message *m);
void slots_body_read(struct reader *r, struct message *m);
void security_body_read(struct reader *r, struct message *m);

#endif
