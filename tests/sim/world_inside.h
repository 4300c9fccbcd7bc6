/* SPDX-License-Identifier: GPL-3.0-or-later */
/* world_inside - what world.c (link, time, pump) and world_client.c (client, disk) share. */
#ifndef PUMPCTL_TESTS_WORLD_INSIDE_H
#define PUMPCTL_TESTS_WORLD_INSIDE_H

#include "world.h"

extern const uint8_t world_pairing_key[PAIRING_KEY_LEN];
extern const uint8_t world_workstation[WORKSTATION_LEN];

/* Fresh and the same in every run. */
void world_fill_seed(struct world *w, uint8_t seed[32]);
/* True once: the planned fault is of this kind and its number has come. */
bool world_strikes(struct world *w, enum fault_kind kind, size_t number);
/* Puts a PDU on its way; a link that is down or going down swallows it. */
void world_push(struct world *w, enum pdu_type type, const uint8_t *value, size_t len);
/* Takes actions until there is none. */
void world_run_pump(struct world *w);
void world_run_client(struct world *w);

/* The one operator of the pump, a supervisor. secret: crypto_sign_SECRETKEYBYTES. */
#define WORLD_OPERATOR "anna"
void world_operator_key(uint8_t public[OPERATOR_KEY_LEN], uint8_t *secret);

#endif
