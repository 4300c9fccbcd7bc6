/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world.h"

#include <sodium.h>
#include <string.h>

#include "world_inside.h"

static const uint8_t first_workstation[WORKSTATION_LEN] = {0x57, 4, 5, 6};
static const uint8_t second_workstation[WORKSTATION_LEN] = {0x58, 7, 8, 9};
static const uint8_t second_key[PAIRING_KEY_LEN] = {0x4B, 1, 2, 3};

/* The first call makes them, every other one copies. */
static struct world unpaired, paired;
static bool is_made;

void world_operator_key(uint8_t public[OPERATOR_KEY_LEN], uint8_t *secret)
{
	static const uint8_t seed[crypto_sign_SEEDBYTES] = {0x0A};

	crypto_sign_seed_keypair(public, secret, seed);
}

/* The second programmer is the one that the pump was born with. */
static void make_unpaired(struct world *w)
{
	struct pump_birth birth = {.serial = WORLD_SERIAL,
				   .model = "PX40",
				   .paired = true,
				   .utc_s = 1700000000,
				   .reservoir_nl = WORLD_RESERVOIR_NL};
	struct program program = world_program(0);
	uint8_t secret[crypto_sign_SECRETKEYBYTES];

	memcpy(birth.operator_id, WORLD_OPERATOR, sizeof WORLD_OPERATOR);
	world_operator_key(birth.operator_key, secret);
	memcpy(birth.workstation, second_workstation, WORKSTATION_LEN);
	memcpy(birth.pairing_key, second_key, PAIRING_KEY_LEN);
	memcpy(birth.card_code, WORLD_CARD, CARD_CODE_LEN);
	memset(w, 0, sizeof *w);
	w->mtu = 247;
	w->now_ms = 1000;
	w->desk = &w->desks[0];
	memcpy(w->desks[0].workstation, first_workstation, WORKSTATION_LEN);
	w->desks[1].link = 1;
	w->desks[1].is_paired = true;
	memcpy(w->desks[1].workstation, second_workstation, WORKSTATION_LEN);
	memcpy(w->desks[1].key, second_key, PAIRING_KEY_LEN);
	world_expect(w, client_program_image(&program, birth.image, &birth.image_len) == PUMP_OK,
		     "the first program encodes");
	world_expect(w, pump_format(&birth, w->nvm, sizeof w->nvm, w->body) == PUMP_OK,
		     "the pump is born");
	world_boot(w, false);
	while (world_step(w) && w->now_ms < 2000)
		;
}

/* A pump lives at one address: everything happens in w, and is copied from there. */
static void make(struct world *w)
{
	make_unpaired(w);
	unpaired = *w;
	world_expect(w, world_pair(w), "the first programmer is paired");
	world_close(w);
	w->desk->last_token = WORLD_SKIPPED_TOKEN;
	world_expect(w, world_open(w) && world_order(w, ORDER_PROGRAM, 0), "an order was given before");
	w->desk->last_token = w->desk->stored[0].intent.token;
	w->desk->stored_count = 0;
	world_close(w);
	while (w->is_restarting || w->desk->link_dropping || w->is_storing)
		world_step(w);
	paired = *w;
	is_made = true;
}

static void begin(struct world *w, const struct world *from, uint16_t mtu)
{
	if (!is_made)
		make(w);
	*w = *from;
	w->mtu = mtu;
	world_plan(w, (struct fault){.kind = FAULT_NONE});
}

void world_init(struct world *w, uint16_t mtu)
{
	begin(w, &paired, mtu);
}

void world_init_unpaired(struct world *w, uint16_t mtu)
{
	begin(w, &unpaired, mtu);
}
