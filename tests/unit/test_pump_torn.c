/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Power is lost while the pump writes an order of each kind: the old state is there, or the new. */
#include "pump_rig.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

/*
 * A block is one write that counts once its last bytes, the CRC, are there: a cut in the middle of it
 * looks the same wherever it is, so most of them are sampled (test_pump_store.c takes every byte of
 * one commit). Each of the last ones is taken.
 */
enum { STEP = 131, LAST = 16 };

static const struct {
	uint16_t kind;
	struct change change;
} orders[] = {
	{ORDER_BOLUS, {.parts = PART_BOLUS, .bolus = {BOLUS_SINGLE, 50000, 600}}},
	{ORDER_BOLUS, {.parts = PART_BOLUS, .bolus = {BOLUS_PRIMING, 150000, 900}}},
	{ORDER_BOLUS_STOP, {.parts = PART_BOLUS, .bolus = {BOLUS_STOP, 0, 0}}},
	{ORDER_CARD, {.parts = PART_CARD, .card = "2B4D6F8H", .card_salt = {1}}},
	{ORDER_CLOCK, {.parts = PART_CLOCK, .clock = {1800000000, 0, 120}}},
	{ORDER_CATHETER, {.parts = PART_CATHETER, .catheter = {CATHETER_SET, 300, 150000, "T9", CONTENTS_UNKNOWN}}},
	{ORDER_REVOKE, {.parts = PART_REVOKE, .revoke = 0}},
	/* Another mixture is one order: the filling, the program and its bridge. */
	{ORDER_REFILL,
	 {.parts = PART_IMAGE | PART_FILL,
	  .fill = {.volume_nl = 18000000,
		   .drawn_nl = 4900000,
		   .rinsed = true,
		   .mixture = {1, {{"baclofen", {2000000}}}}}}},
};

/* What an order changes: the parts of the memory that acts write, without what else a boot ends. */
struct acted {
	struct pump_care care;
	struct pump_pair pair;
	char card_code[CARD_CODE_LEN];
	int64_t utc_s;
	uint64_t lockout_s, fill_nl, bridge_nl;
	uint8_t program[DIGEST_LEN];
};

static void take(const struct rig *r, struct acted *out)
{
	const struct pump_memory *memory = &r->pump.memory;

	memset(out, 0, sizeof *out);
	memcpy(&out->care, &memory->care, sizeof out->care);
	memcpy(&out->pair, &memory->pairs[0], sizeof out->pair);
	memcpy(out->card_code, memory->access.card_code, CARD_CODE_LEN);
	out->utc_s = memory->core.utc_s;
	out->lockout_s = memory->doses.lockout_s;
	out->fill_nl = memory->core.fill_nl;
	out->bridge_nl = memory->doses.bridge_nl;
	memcpy(out->program, r->pump.program.digest, DIGEST_LEN);
}

static bool is_same(const struct acted *a, const struct acted *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

static void check_cut(struct rig *r, const struct acted *before, const struct acted *after,
		      bool is_new, uint64_t last)
{
	struct acted now;

	rig_boot(r, true);
	take(r, &now);
	ck_assert(is_same(&now, is_new ? after : before));
	/* Whatever was ordered: after a power loss no bolus runs. */
	ck_assert_uint_eq(r->pump.body.flow_nl_per_day, 120000);
	ck_assert_uint_eq(rig_record(r, last + 1)->type, is_new ? RECORD_ORDER : RECORD_POWER_ON);
	rig_check_chain(r);
}

/* Of another mixture than the rig's, at the rate of its program. */
static void add_image(struct change *change, uint8_t image[IMAGE_MAX])
{
	const struct program next = {
		.mode = PROGRAM_SIMPLE,
		.mixture = change->fill.mixture,
		.dose = {240000},
		.low_alarm = {2000000},
		.bridge = {.kind = BRIDGE_RUNS, .volume = {199000}, .rate = {120000}},
	};

	ck_assert_int_eq(image_encode(&next, image, IMAGE_MAX, &change->image_len), PUMP_OK);
	change->image = image;
}

START_TEST(power_loss_in_the_order_gives_the_old_or_the_new_state)
{
	struct rig *r = rig_create(64);
	uint8_t *nvm = malloc(r->nvm_size);
	struct msg_staged staged;
	struct msg_committed committed;
	struct acted before, after;
	struct rig_order order;
	struct change change = orders[_i].change;
	uint8_t image[IMAGE_MAX];
	uint64_t last;

	if (change.parts & PART_IMAGE)
		add_image(&change, image);

	rig_advance(r, 100);
	rig_connect(r, NULL);
	ck_assert_uint_eq(rig_stage_change(r, &change, &staged), CODE_DONE);
	rig_order(r, &order, orders[_i].kind, 5, &staged);
	take(r, &before);
	memcpy(nvm, r->nvm, r->nvm_size);
	last = r->pump.log.last;
	r->write_count = 0;
	r->keeps_writes = true;
	ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_DONE);
	r->keeps_writes = false;
	take(r, &after);
	ck_assert(!is_same(&before, &after));
	pump_save_body(&r->pump, r->body);
	for (unsigned w = 0; w < 2; w++) {
		const struct rig_write *cut = &r->writes[w];

		for (size_t at = 0; at <= cut->len; at += at + STEP + LAST < cut->len ? STEP : 1) {
			bool is_new;

			memcpy(r->nvm, nvm, r->nvm_size);
			if (w == 1)
				memcpy(r->nvm + r->writes[0].offset, r->writes[0].bytes,
				       r->writes[0].len);
			memcpy(r->nvm + cut->offset, cut->bytes, at);
			/* The last bytes may happen to be there before. */
			is_new = memcmp(r->nvm + r->writes[0].offset, r->writes[0].bytes,
					r->writes[0].len) == 0;
			check_cut(r, &before, &after, is_new, last);
		}
	}
	free(nvm);
	rig_destroy(r);
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("pump_torn");

	tcase_set_timeout(cases, 280);
	tcase_add_loop_test(cases, power_loss_in_the_order_gives_the_old_or_the_new_state, 0,
			    (int)(sizeof orders / sizeof orders[0]));
	return suite_run(cases);
}
