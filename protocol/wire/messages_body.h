/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * messages_body - what of BLOCK, CARE, STAGED, COMMIT, OPERATORS and FOUND is more than a row of fields
 * (docs/protocol.md sections 4 and 6); the part of STAGED is in messages_staged.c. Used by messages.c
 * alone.
 */
#ifndef PUMPCTL_MESSAGES_BODY_H
#define PUMPCTL_MESSAGES_BODY_H

#include "bytes.h"
#include "messages.h"

/* Bytes of the shortest record (type and time, section 9). */
#define RECORD_MIN 10

/*
 * Write what a BODY row of messages.def stands for. PUMP_ERANGE: a value that the layout cannot
 * say; otherwise PUMP_OK, and the writer has failed if it did not fit.
 */
enum pump_err block_body_write(const struct message *m, struct writer *w) PUMP_CHECKED;
enum pump_err staged_body_write(const struct message *m, struct writer *w) PUMP_CHECKED;
enum pump_err commit_body_write(const struct message *m, struct writer *w) PUMP_CHECKED;
enum pump_err care_body_write(const struct message *m, struct writer *w) PUMP_CHECKED;
enum pump_err operators_body_write(const struct message *m, struct writer *w) PUMP_CHECKED;
enum pump_err found_body_write(const struct message *m, struct writer *w) PUMP_CHECKED;

/*
 * Read it; the fields before it are in *m already. On a wrong layout the reader has failed.
 * Bytes left over are for the caller to see.
 */
void block_body_read(struct reader *r, struct message *m);
void staged_body_read(struct reader *r, struct message *m);
void commit_body_read(struct reader *r, struct message *m);
void care_body_read(struct reader *r, struct message *m);
void operators_body_read(struct reader *r, struct message *m);
void found_body_read(struct reader *r, struct message *m);

#endif
