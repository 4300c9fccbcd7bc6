/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world.h"

#include <string.h>

#include "world_inside.h"

struct program world_program(unsigned number)
{
	struct program program = {.mode = PROGRAM_SIMPLE,
				  .dose = {1200000 + 100000 * (int64_t)number},
				  .low_alarm = {2000000},
				  .mixture = {.count = 2}};

	memcpy(program.mixture.parts[0].name, "morphine", sizeof "morphine");
	program.mixture.parts[0].concentration.ng_per_ml = 7000000;
	memcpy(program.mixture.parts[1].name, "bupivacaine", sizeof "bupivacaine");
	program.mixture.parts[1].concentration.ng_per_ml = 3000001;
	return program;
}

void world_program_digest(unsigned number, uint8_t digest[DIGEST_LEN])
{
	struct program program = world_program(number);

	if (client_program_digest(&program, digest) != PUMP_OK)
		memset(digest, 0, DIGEST_LEN);
}

bool world_open(struct world *w)
{
	world_connect(w);
	world_run(w, &w->desk->is_ready);
	return w->desk->is_ready && !w->desk->is_ended;
}

void world_close(struct world *w)
{
	if (w->desk->has_client)
		world_kill_client(w);
	if (w->desk->link_dropping)
		world_step(w);
}

static bool is_up(const struct world *w)
{
	return w->desk->has_client && !w->desk->is_ended;
}

/* A ping may be on its way. */
static bool wait_idle(struct world *w)
{
	for (int i = 0; i < 1000 && is_up(w) && !client_is_idle(&w->desk->client); i++)
		world_step(w);
	return is_up(w) && client_is_idle(&w->desk->client);
}

/* The request was made with err; true if its answer is a report of type. */
static bool answered(struct world *w, enum pump_err err, enum report_type type)
{
	world_expect(w, err == PUMP_OK, "an idle client takes a request");
	world_run(w, &w->desk->has_report);
	return w->desk->has_report && w->desk->report.type == type;
}

static bool ready_to_ask(struct world *w)
{
	w->desk->has_report = false;
	return wait_idle(w);
}

bool world_look(struct world *w)
{
	return ready_to_ask(w) &&
	       answered(w, client_read_status(&w->desk->client, world_client_ms(w)), REPORT_STATUS) &&
	       ready_to_ask(w) &&
	       answered(w, client_read_program(&w->desk->client, world_client_ms(w)), REPORT_PROGRAM);
}

/* What an order of this kind says; its image is not among it. */
static void fill_change(const struct world *w, enum order_kind kind, struct change *change)
{
	memset(change, 0, sizeof *change);
	if (kind == ORDER_REFILL) {
		change->parts = PART_FILL;
		change->fill = (struct act_fill){.volume_nl = 30000000, .drawn_nl = UINT32_MAX};
		change->fill.mixture = world_program(0).mixture;
	} else if (kind == ORDER_CLOCK) {
		change->parts = PART_CLOCK;
		change->clock = (struct act_clock){.clock_s = 1800000000, .ticks_ms = w->desk->pump_ticks_ms};
	} else if (kind == ORDER_BOLUS) {
		change->parts = PART_BOLUS;
		change->bolus = (struct act_bolus){
			.what = BOLUS_SINGLE, .amount = 50000, .seconds = 600};
	}
}

static enum pump_err stage(struct world *w, enum order_kind kind, unsigned number,
			   const uint8_t active[DIGEST_LEN])
{
	struct program program = world_program(number);
	uint8_t image[IMAGE_MAX];
	struct change change;

	fill_change(w, kind, &change);
	/* A filling and the program after it are one order. */
	if (kind == ORDER_REFILL && client_program_image(&program, image, &change.image_len) == PUMP_OK) {
		change.parts |= PART_IMAGE;
		change.image = image;
	}
	if (change.parts != 0)
		return client_stage_change(&w->desk->client, kind, &change,
					   change.parts & PART_IMAGE ? &program : NULL, active,
					   world_client_ms(w));
	return client_stage(&w->desk->client, kind, kind == ORDER_PROGRAM ? &program : NULL,
			    kind == ORDER_PROGRAM ? active : NULL, world_client_ms(w));
}

bool world_order(struct world *w, enum order_kind kind, unsigned number)
{
	uint8_t active[DIGEST_LEN], digest[DIGEST_LEN];

	w->desk->has_outcome = false;
	if (!world_look(w))
		return false;
	memcpy(active, w->desk->report.as.program.digest, DIGEST_LEN);
	if (!ready_to_ask(w) || !answered(w, stage(w, kind, number, active), REPORT_STAGED))
		return false;
	memcpy(digest, w->desk->report.as.staged.stage_digest, DIGEST_LEN);
	if (!wait_idle(w))
		return false;
	world_expect(w, client_confirm(&w->desk->client, digest, world_client_ms(w)) == PUMP_OK,
		     "what is staged can be confirmed");
	world_run(w, &w->desk->has_outcome);
	return w->desk->has_outcome;
}

bool world_pull(struct world *w)
{
	static const uint8_t before_all[DIGEST_LEN];
	struct msg_range range;

	if (!ready_to_ask(w) ||
	    !answered(w, client_read_range(&w->desk->client, world_client_ms(w)), REPORT_RANGE))
		return false;
	range = w->desk->report.as.range;
	return ready_to_ask(w) &&
	       answered(w,
			client_pull(&w->desk->client, range.epoch, range.first, range.last,
				    range.first == 1 ? before_all : range.before, range.last_hash,
				    world_client_ms(w)),
			REPORT_PULLED);
}

bool world_pair(struct world *w)
{
	pump_press_magnet(&w->pump, world_pump_ms(w));
	if (!world_open(w) || !ready_to_ask(w) ||
	    !answered(w, client_enrol(&w->desk->client, NULL, NULL, world_client_ms(w)),
		      REPORT_ENROLLED))
		return false;
	w->desk->is_paired = true;
	memcpy(w->desk->key, w->desk->report.as.enrolled.pairing_key, PAIRING_KEY_LEN);
	return true;
}

void world_second(struct world *w, enum second_act act)
{
	struct desk *first = w->desk;
	size_t planned;

	/* A third one is nobody else than the second. */
	if (first == &w->desks[1])
		return;
	planned = world_pause_faults(w);
	w->desk = &w->desks[1];
	if (world_open(w) && act != SECOND_ENTERS)
		world_order(w, act == SECOND_STOPS ? ORDER_STOP : ORDER_PROGRAM, 7);
	if (act != SECOND_ENTERS)
		world_close(w);
	w->desk = first;
	world_resume_faults(w, planned);
}
