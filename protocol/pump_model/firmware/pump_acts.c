/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_acts.h"

#include "pump_clock.h"
#include "pump_describe.h"
#include "pump_infusion.h"

#include <sodium.h>
#include <string.h>

enum { TENFOLD = 10, ALARMS_TAG = 0x55 };

/* Parts that touch what the patient gets: they begin the lockout anew. */
enum { LOCKING = PART_IMAGE | PART_THERAPY | PART_FILL | PART_CATHETER | PART_BOLUS };

/* image: that runs afterwards, or NULL. */
static uint8_t therapy_after(const struct pump *p, const struct read_change *change,
			     const struct read_image *image)
{
	if (change->parts & PART_THERAPY) {
		switch (change->act) {
		case ACT_STOP:
			return THERAPY_STOPPED;
		case ACT_MINIMUM:
			return THERAPY_MINIMUM;
		case ACT_RESUME:
			break;
		}
		return image ? pump_describe_therapy(image) : THERAPY_RUNNING;
	}
	return change->parts & PART_IMAGE ? pump_describe_therapy(image) : p->memory.core.therapy;
}

/* The next section of an image that is not its alarms; false at the end. */
static bool next_section(struct reader *r, uint8_t *tag, const uint8_t **body, size_t *len)
{
	while (reader_left(r) > 0) {
		*tag = reader_u8(r);
		*body = reader_bytes16(r, len);
		if (r->failed)
			return false;
		if (*tag != ALARMS_TAG)
			return true;
	}
	return false;
}

/* Both were read before, so both are whole. */
static bool differ_in_alarms_alone(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
	struct reader left, right;
	uint8_t left_tag, right_tag;
	const uint8_t *left_body, *right_body;
	size_t left_len, right_len;
	bool more;

	reader_init(&left, a, a_len);
	reader_init(&right, b, b_len);
	if (reader_u8(&left) != reader_u8(&right))
		return false;
	do {
		more = next_section(&left, &left_tag, &left_body, &left_len);
		if (next_section(&right, &right_tag, &right_body, &right_len) != more)
			return false;
		if (more && (left_tag != right_tag || left_len != right_len ||
			     memcmp(left_body, right_body, left_len) != 0))
			return false;
	} while (more);
	return true;
}

static uint32_t concentration_of(const struct read_image *image, const struct read_drug *drug)
{
	for (uint8_t i = 0; i < image->count; i++)
		if (memcmp(image->drugs[i].name, drug->name, sizeof drug->name) == 0)
			return image->drugs[i].concentration_ng_per_ml;
	return 0;
}

/* True if any drug that both images hold goes up ten-fold or more; the volumes are those of 24 h. */
static bool goes_up_tenfold(const struct read_image *before, uint64_t before_nl,
			    const struct read_image *after, uint64_t after_nl)
{
	for (uint8_t i = 0; i < after->count; i++) {
		uint64_t was, is;
		uint32_t concentration = concentration_of(before, &after->drugs[i]);

		if (concentration == 0)
			continue;
		if (__builtin_mul_overflow(before_nl * TENFOLD, concentration, &was) ||
		    __builtin_mul_overflow(after_nl, after->drugs[i].concentration_ng_per_ml, &is) ||
		    (is > 0 && is >= was))
			return true;
	}
	return false;
}

static uint8_t why_two(const struct pump *p, const struct pump_stage *stage,
		       const struct pump_amounts *amounts)
{
	uint8_t why = stage->change.parts & PART_REASON ? SECOND_OVERRIDE : 0;

	if (!(stage->change.parts & PART_IMAGE))
		return why;
	if (!p->program.present)
		return why | SECOND_FIRST;
	if (p->program.has_amounts &&
	    goes_up_tenfold(&p->program.image, p->program.amounts.worst_24h_nl, &stage->change.image,
			    amounts->worst_24h_nl))
		why |= SECOND_TENFOLD;
	return why;
}

enum result_code pump_acts_plan(const struct pump *p, const struct pump_stage *stage,
				struct pump_plan *plan)
{
	const struct read_change *change = &stage->change;
	bool has_image = (change->parts & PART_IMAGE) != 0;
	const struct read_image *image = p->program.present ? &p->program.image : NULL;
	const struct pump_core *core = &p->memory.core;

	if (has_image)
		image = &change->image;
	plan->image = image;
	memset(&plan->amounts, 0, sizeof plan->amounts);
	plan->therapy = therapy_after(p, change, image);
	plan->digest = has_image ? stage->image_digest : p->program.digest;
	plan->reservoir_nl = change->parts & PART_FILL ? change->fill.volume_nl
						       : pump_infusion_reservoir(p);
	plan->only_alarms = has_image && p->program.present &&
			    differ_in_alarms_alone(core->image, core->image_len,
						   stage->image_bytes, change->image_len);
	if (has_image) {
		if (!pump_amounts_work_out(image, p->limits, &plan->amounts))
			return CODE_OUT_OF_RANGE;
	} else if (image) {
		if (!p->program.has_amounts)
			return CODE_OUT_OF_RANGE;
		plan->amounts = p->program.amounts;
	} else if ((change->parts & PART_THERAPY) &&
		   (plan->therapy == THERAPY_RUNNING ||
		    (plan->therapy == THERAPY_MINIMUM && !core->memory_lost))) {
		/* A pump that lost its program went to minimum rate by itself: so may an order. */
		return CODE_NO_PROGRAM;
	}
	plan->second = why_two(p, stage, &plan->amounts);
	plan->clock_nl = (change->parts & PART_CLOCK) && pump_clock_is_good(p, change)
				 ? pump_clock_moves_nl(p, change)
				 : 0;
	plan->rate_nl_per_day =
		pump_infusion_rate(p->limits, plan->therapy, plan->amounts.mean_nl_per_day);
	return pump_bolus_plan(change, image, &plan->bolus);
}

static enum result_code check_fill(const struct pump *p, const struct pump_stage *stage)
{
	const struct read_change *change = &stage->change;
	struct read_image filled = {.count = change->fill.count};
	const struct read_image *image =
		change->parts & PART_IMAGE ? &change->image : &p->program.image;

	if (change->fill.volume_nl > p->limits->reservoir_nl ||
	    change->fill.volume_nl < p->limits->residual_nl)
		return CODE_OUT_OF_RANGE;
	memcpy(filled.drugs, change->fill.drugs, sizeof filled.drugs);
	/* A pump without a program may be filled before it is programmed. */
	if (((change->parts & PART_IMAGE) || p->program.present) &&
	    !image_read_same_mixture(image, &filled))
		return CODE_WRONG_MIXTURE;
	return CODE_DONE;
}

static enum result_code check_operator(const struct pump *p, const struct read_change *change)
{
	struct pump_operators tried = p->memory.operators;

	return pump_operators_change(&tried, &change->operator_act);
}

static enum result_code check_due(const struct pump *p, const struct read_change *change)
{
	struct pump_care tried = p->memory.care;

	return pump_care_take_due(&tried, change->countersign) ? CODE_DONE : CODE_NO_SUCH_THING;
}

static enum result_code check_bolus(const struct pump *p, const struct pump_stage *stage,
				    const struct pump_plan *plan)
{
	const struct pump_bolus_setting setting = {.image = plan->image,
						   .amounts = &plan->amounts,
						   .therapy = plan->therapy,
						   .reservoir_nl = plan->reservoir_nl};

	return pump_bolus_check(p, &stage->change, &plan->bolus, &setting);
}

enum result_code pump_acts_check(const struct pump *p, const struct pump_stage *stage,
				 const struct pump_plan *plan)
{
	const struct read_change *change = &stage->change;

	if (change->parts & PART_FILL) {
		enum result_code code = check_fill(p, stage);

		if (code != CODE_DONE)
			return code;
	}
	if (change->parts & PART_BOLUS)
		return check_bolus(p, stage, plan);
	if (change->parts & PART_OPERATOR)
		return check_operator(p, change);
	if (change->parts & PART_COUNTERSIGN)
		return check_due(p, change);
	if ((change->parts & PART_CLOCK) && !pump_clock_is_good(p, change))
		return CODE_OUT_OF_RANGE;
	if ((change->parts & PART_REVOKE) &&
	    (change->revoke >= PUMP_SLOTS || !p->memory.pairs[change->revoke].used))
		return CODE_NO_SUCH_THING;
	if ((change->parts & PART_ALARM) && change->alarm == ALARM_ACKNOWLEDGE &&
	    (change->alarm_bits & ~p->memory.core.alarms) != 0)
		return CODE_NO_SUCH_THING;
	return CODE_DONE;
}

static void apply_fill(struct pump *p, const struct read_fill *fill)
{
	struct pump_care *care = &p->next.care;

	p->next.core.fill_nl = fill->volume_nl;
	p->next.core.fill_delivered_nl = p->counters.delivered_nl;
	care->filled_s = p->counters.therapy_s;
	care->filled_nl = fill->volume_nl;
	care->drawn_nl = fill->drawn_nl;
	care->rinsed = fill->rinsed;
	care->expiry_day = fill->expiry_day;
	memcpy(care->lot, fill->lot, sizeof care->lot);
}

static void apply_catheter(struct pump *p, const struct read_catheter *catheter)
{
	struct pump_care *care = &p->next.care;

	care->contents = catheter->contents;
	care->catheter_s = p->counters.therapy_s;
	if (catheter->what == CATHETER_ASPIRATED)
		return;
	care->length_mm = catheter->length_mm;
	care->catheter_nl = catheter->volume_nl;
	memcpy(care->tip, catheter->tip, sizeof care->tip);
}

static void apply_clock(struct pump *p, const struct read_change *change)
{
	p->next.core.utc_s = pump_clock_ordered(p, change);
	p->next.core.utc_at_s = p->counters.therapy_s;
	p->next.care.zone_min = change->zone_min;
}

static void apply_therapy(struct pump *p, const struct read_change *change)
{
	p->next.care.stop_until_s =
		change->parts & PART_DURATION ? p->counters.therapy_s + change->stop_s : 0;
}

static void apply_bridge(struct pump *p, const struct read_image *image)
{
	const struct read_image *before = p->program.present ? &p->program.image : NULL;

	pump_doses_image(&p->next.doses, before, image, p->counters.delivered_nl);
}

static void apply_revoke(struct pump *p, uint8_t slot)
{
	struct pump_access *access = &p->next.access;

	access->revoked = true;
	access->revoked_slot = slot;
	memcpy(access->revoked_workstation, p->next.pairs[slot].workstation, WORKSTATION_LEN);
	sodium_memzero(&p->next.pairs[slot], sizeof p->next.pairs[slot]);
}

void pump_acts_apply(struct pump *p, const struct pump_stage *stage, const struct pump_plan *plan)
{
	const struct read_change *change = &stage->change;

	if (change->parts & LOCKING)
		pump_doses_lock(&p->next.doses, p->counters.therapy_s);
	if (change->parts & (PART_THERAPY | PART_IMAGE)) {
		apply_therapy(p, change);
		pump_doses_order(&p->next.doses, p->counters.therapy_s);
	}
	if (change->parts & PART_IMAGE)
		apply_bridge(p, &change->image);
	if (change->parts & PART_BOLUS)
		pump_bolus_apply(&plan->bolus, p->counters.therapy_s, &p->next.doses);
	if (change->parts & PART_FILL)
		apply_fill(p, &change->fill);
	if (change->parts & PART_CATHETER)
		apply_catheter(p, &change->catheter);
	if (change->parts & PART_CLOCK)
		apply_clock(p, change);
	/* pump_acts_check has tried it before. */
	if (change->parts & PART_OPERATOR)
		(void)pump_operators_change(&p->next.operators, &change->operator_act);
	if (change->parts & PART_COUNTERSIGN)
		(void)pump_care_take_due(&p->next.care, change->countersign);
	if (change->parts & PART_CARD)
		memcpy(p->next.access.card_code, change->card, CARD_CODE_LEN);
	if (change->parts & PART_TAG)
		memcpy(p->next.care.tag, change->tag, sizeof p->next.care.tag);
	if ((change->parts & PART_ALARM) && change->alarm == ALARM_ACKNOWLEDGE)
		p->next.care.acknowledged |= change->alarm_bits;
}

void pump_acts_finish(struct pump *p, const struct read_change *change)
{
	if (change->parts & PART_REVOKE)
		apply_revoke(p, change->revoke);
}

uint64_t pump_acts_amount(const struct pump *p, uint16_t kind, const struct read_change *change)
{
	switch ((enum order_kind)kind) {
	case ORDER_STOP:
		return change->parts & PART_DURATION ? change->stop_s : 0;
	case ORDER_REFILL:
		return change->fill.volume_nl;
	case ORDER_CATHETER:
		return change->catheter.volume_nl;
	case ORDER_BOLUS:
		return change->bolus_amount;
	case ORDER_CLOCK:
		return (uint64_t)change->clock_s & INT64_MAX;
	case ORDER_OPERATORS:
		return (uint64_t)p->memory.operators.version + 1;
	case ORDER_REVOKE:
		return change->revoke;
	case ORDER_ALARM:
		return change->alarm_bits;
	case ORDER_COUNTERSIGN:
		return change->countersign;
	case ORDER_PROGRAM:
	case ORDER_RESUME:
	case ORDER_MINIMUM:
	case ORDER_BOLUS_STOP:
	case ORDER_CARD:
	case ORDER_TAG:
		break;
	}
	return 0;
}
