/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * control - requests to a virtual pump that no real pump has: for training and tests.
 *
 * One request per message, one at a time on each connection. Answer: any number of messages that
 * begin with '+' (lines of text, without it), then one that is "ok", "ok TEXT" or "no REASON".
 *
 *     status             lines KEY VALUE: the pump as it truly is
 *     advance SECONDS    therapy time moves ahead; answered when it has
 *     speed N            therapy seconds in one second
 *     drop N before|after   the link drops at the N-th PDU from now (both directions count)
 *     hold N             from the N-th PDU on nothing is delivered
 *     release            ends a hold, takes back a fault that has not struck
 *     air [KEY VALUE …]  the local link takes time on the air (air_text.h) from the next connection
 *                        on, or at once where it does already; answered with lines KEY VALUE of
 *                        what is in force, or "no" when no time is taken
 *     pace fast|slow     new connection parameters: for a download, and after it
 *     fail               the next write to the pump's memory fails
 *     fault NAME         the pump does not do as it says: other-dose, other-rate, stall; sound: as it should
 *     low                contents just above the low reservoir alarm
 *     fill NL            contents, in nL
 *     magnet             a magnet is held over the pump
 *     press              the patient presses the bolus button; the pump's log says what came of it
 *     reset              the firmware restarts
 *     log                the pump's own list of records: lines SEQUENCE HEX, then "ok COUNT"
 *     pdus               "ok N": PDUs exchanged since pumpsim started
 *     stop               shuts down; the connection closes when pumpsim has ended
 */
#ifndef PUMPSIM_CONTROL_H
#define PUMPSIM_CONTROL_H

#include "faulty_link.h"
#include "pump_air.h"
#include "peripheral.h"

struct control_config {
	struct loop *loop; /* all borrowed until control_destroy */
	struct peripheral *peripheral;
	struct faults *faults;
	struct pump_air *air;
	const struct nvm_about *about;
	const char *transport; /* "local" or "hciN ADDRESS" */
	void (*on_stop)(void *ctx); /* asked to stop, and answered */
	void *ctx;
};

struct control;

/* NULL: out of memory. */
struct control *control_create(const struct control_config *config);
/* Closes all connections. Accepts NULL. */
void control_destroy(struct control *control);
/* A greeted connection; owns fd. Closes it when there is no place for another. */
void control_add(struct control *control, int fd);
/* Answers those who wait for an advance: it is done. */
void control_advanced(struct control *control);

#endif
