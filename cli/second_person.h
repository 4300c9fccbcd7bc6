/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * second_person - the independent check: a second operator enters drug, concentration and daily
 * dose of every drug, or the act, without seeing the first entry, and the two are compared.
 */
#ifndef PUMPCTL_SECOND_PERSON_H
#define PUMPCTL_SECOND_PERSON_H

#include "client.h"
#include "error.h"

struct app;

/* Who the second person is: --second, or asked for on the terminal. why: why two must sign. NOT_SIGNED. */
enum error_code second_person_name(struct app *app, const char *why, char id[OPERATOR_ID_MAX + 1],
				   struct error *error) __attribute__((warn_unused_result));
/*
 * The second person's entry, from --second-entry or asked for on a cleared terminal, one after the other: of an act, in
 * the words of its confirmation without the serial, "refill 20 mL"; of a program, "morphine 10 mg/mL 1.2 mg/day,
 * bupivacaine 30 mg/mL 3.6 mg/day". NULL: there is none. The option has both with a semicolon between them. NOT_SIGNED:
 * none, or not understood; SECOND_DIFFERS: it is another act or program.
 */
enum error_code second_person_enter(struct app *app, const char *id, const char *act, const struct program *program,
				    struct error *error) __attribute__((warn_unused_result));
/*
 * True if text says this program: every drug in its order, the same concentration and daily dose (the greatest in any
 * 24 h, without patient boluses); "minimum" or "stopped" is the dose in those modes. What was programmed as a daily dose
 * is compared exactly, what follows from it to half a per cent. *understood: it is such a text.
 */
bool second_person_agrees(const char *text, const struct program *program, bool *understood);

#endif
