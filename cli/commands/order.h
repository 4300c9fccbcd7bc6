/* SPDX-License-Identifier: GPL-3.0-or-later */
/* order - what every therapy change has in common once it is staged: confirm, commit, read back. */
#ifndef PUMPCTL_COMMANDS_ORDER_H
#define PUMPCTL_COMMANDS_ORDER_H

#include "app.h"
#include "confirm.h"
#include "output.h"
#include "session.h"
#include "sign.h"

struct order_steps {
	struct confirm_step steps[CONFIRM_STEPS_MAX];
	size_t count;
	char unchanged[128]; /* what goes on running if nothing is sent: "morphine 1 mg per day" */
	char ordered[128];   /* what runs if it was carried out */
	struct sign_need need;
};

/*
 * With --dry-run shows the texts to confirm and stops. Else obtains the confirmation, commits
 * exactly staged->stage_digest, signed as steps->need says, and puts "order" into data. details: for the audit trail,
 * borrowed, may be NULL. Errors as confirm_obtain, sign_obtain and session_commit; error->now is filled.
 */
enum error_code order_carry_out(struct app *app, struct output *out, const struct msg_staged *staged,
				const struct order_steps *steps, const struct cJSON *details,
				struct error *error) __attribute__((warn_unused_result));

/* Says what the pump reports now, read once more: data.now_in_pump and a sentence. False: it fell silent, and that is said. */
bool order_read_back(struct app *app, struct output *out);

#endif
