/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "program_drift.h"

#include <string.h>

#include "audit.h"

void program_drift_tell(const struct app *app, struct output *out, const uint8_t active[DIGEST_LEN])
{
	uint8_t ordered[DIGEST_LEN];
	const char *serial = session_pump(app->session)->serial;
	if (!app->audit || session_has_open_intent(app->session) || audit_differs(app->audit, serial) ||
	    !audit_last_applied(app->audit, serial, ordered) ||
	    !memcmp(ordered, active, DIGEST_LEN))
		return;
	output_warn(out, "NOT_AS_ORDERED",
		    "The pump runs another program than after the last order from here: somebody else programmed it, or it "
		    "has lost what it had. Ask who, and compare it with the patient's record before any order.");
}
