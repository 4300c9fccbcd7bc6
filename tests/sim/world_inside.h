/* SPDX-License-Identifier: GPL-3.0-or-later */
/* world_inside - what the parts of the world share. */
#ifndef PUMPCTL_TESTS_WORLD_INSIDE_H
#define PUMPCTL_TESTS_WORLD_INSIDE_H

#include "world.h"

/* Fresh and the same in every run. */
void world_fill_seed(struct world *w, uint8_t seed[32]);
/* What the two clocks say. */
uint64_t world_client_ms(const struct world *w);
uint64_t world_pump_ms(const struct world *w);
/* The planned fault of this kind whose number has come, once; else NULL. */
const struct fault *world_strikes(struct world *w, enum fault_kind kind, size_t number);
/* Nothing strikes and nothing is counted until it is resumed with what pausing returned. */
size_t world_pause_faults(struct world *w);
void world_resume_faults(struct world *w, size_t planned);
/* On the disk at the desk; NULL: it is not there. */
struct stored *world_find_stored(struct world *w, uint64_t token);
/* Puts a PDU on its way; a link that is down or going down swallows it. */
void world_push(struct world *w, struct desk *desk, enum pdu_type type, const uint8_t *value, size_t len);
/* One PDU reaches the other side. */
void world_carry(struct world *w, const struct pdu *pdu);
/* The next PDU, with what goes wrong with it. */
void world_carry_next(struct world *w);
/* Nothing happens until the next timer, or until_ms. False: there is no timer before. */
bool world_let_time_pass(struct world *w, uint64_t until_ms);
/* Takes actions until there is none. */
void world_run_pump(struct world *w);
void world_run_client(struct world *w);
void world_boot(struct world *w, bool power_lost);
/* The disk at the desk against the pump's own list, and what the pump runs. */
void world_check_verdicts(struct world *w);

/* The one operator of the pump, a supervisor. secret: crypto_sign_SECRETKEYBYTES. */
#define WORLD_OPERATOR "anna"
/* Never used, and below the first programmer's last token. */
#define WORLD_SKIPPED_TOKEN 1
#define WORLD_RESERVOIR_NL 20000000
#define WORLD_SERIAL   "PX40-000123"
#define WORLD_CARD     "7K3M9QXA" /* without its check character */
void world_operator_key(uint8_t public[OPERATOR_KEY_LEN], uint8_t *secret);

#endif
