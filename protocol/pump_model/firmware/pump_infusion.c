/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_infusion.h"

#include "pump_alarms.h"
#include "pump_flow.h"
#include "pump_log.h"
#include "pump_patient.h"
#include "pump_store.h"

#include <string.h>

uint64_t pump_infusion_rate(const struct pump_model_limits *limits, uint8_t therapy,
			    uint64_t image_rate_nl_per_day)
{
	switch (therapy) {
	case THERAPY_RUNNING:
		return image_rate_nl_per_day;
	case THERAPY_MINIMUM:
		return limits->minimum_nl_per_day;
	default:
		return 0;
	}
}

/* Those of before where the image is the one of before. */
static void take_amounts(const struct pump_program *before, const struct pump_model_limits *limits,
			 struct pump_program *program)
{
	if (before->present && memcmp(before->digest, program->digest, DIGEST_LEN) == 0) {
		program->has_amounts = before->has_amounts;
		program->amounts = before->amounts;
		return;
	}
	program->has_amounts = pump_amounts_work_out(&program->image, limits, &program->amounts);
}

bool pump_infusion_understand(const struct pump_core *core, const struct pump_model_limits *limits,
			      struct pump_program *program)
{
	struct pump_program understood = {.present = core->image_len > 0};

	if (understood.present) {
		if (image_read(core->image, core->image_len, &understood.image) != PUMP_OK)
			return false;
		image_read_digest(core->image, core->image_len, understood.digest);
		understood.low_alarm_nl = understood.image.low_alarm_nl;
		take_amounts(program, limits, &understood);
	}
	*program = understood;
	return true;
}

static void command_flow(struct pump *p, const struct pump_flow *flow)
{
	p->program.rate_nl_per_day = p->lie == PUMP_OTHER_RATE ? flow->nl_per_day / 2 : flow->nl_per_day;
	p->body.flow_nl_per_day = p->program.rate_nl_per_day;
}

void pump_infusion_command(struct pump *p)
{
	struct pump_flow flow;

	/* Whatever becomes memory was read before; should it fail, the old program stands. */
	(void)pump_infusion_understand(&p->memory.core, p->limits, &p->program);
	pump_flow_now(p, &flow);
	command_flow(p, &flow);
}

uint64_t pump_infusion_reservoir(const struct pump *p)
{
	const struct pump_core *core = &p->memory.core;
	uint64_t used = p->counters.delivered_nl - core->fill_delivered_nl;

	return used < core->fill_nl ? core->fill_nl - used : 0;
}

static bool record_delivery(struct pump *p)
{
	struct pump_counters *c = &p->counters;
	uint8_t raw[RECORD_MAX];
	struct writer w;

	if (c->therapy_s - c->mark_s < PUMP_HOUR_S)
		return false;
	pump_log_begin(&w, raw, RECORD_DELIVERY, c->therapy_s);
	writer_u32(&w, (uint32_t)(c->therapy_s - c->mark_s));
	writer_u32(&w, (uint32_t)(c->delivered_nl - c->mark_delivered_nl));
	writer_u32(&w, (uint32_t)pump_infusion_reservoir(p));
	pump_log_prepare(p, raw, writer_len(&w));
	c->mark_s = c->therapy_s;
	c->mark_delivered_nl = c->delivered_nl;
	pump_store_append(p);
	return true;
}

/* Seconds after which whole strokes have delivered volume_nl more; volume_nl and rate above 0. */
static uint64_t seconds_until(const struct pump *p, uint64_t volume_nl)
{
	uint64_t rate = p->program.rate_nl_per_day, stroke = p->limits->stroke_nl;
	uint64_t strokes = (volume_nl + stroke - 1) / stroke;
	uint64_t need = strokes * stroke * PUMP_DAY_S - p->counters.remainder;

	return (need + rate - 1) / rate;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void deliver(struct pump *p, uint64_t seconds, uint64_t left_nl)
{
	const uint64_t stroke = p->limits->stroke_nl;
	struct pump_counters *c = &p->counters;
	uint64_t sum = p->program.rate_nl_per_day * seconds + c->remainder;
	uint64_t volume = sum / (stroke * PUMP_DAY_S) * stroke;

	c->therapy_s += seconds;
	/* Strokes are counted at the motor: one that stands still delivers nothing. */
	if (left_nl == 0 || p->body.is_stalled)
		return;
	if (volume >= left_nl) {
		c->delivered_nl += left_nl;
		c->remainder = 0;
	} else {
		c->delivered_nl += volume;
		c->remainder = (uint32_t)(sum % (stroke * PUMP_DAY_S));
	}
}

/* Seconds until the next thing that delivered volume brings, at most so many. */
static uint64_t until_volume(const struct pump *p, uint64_t left_nl, uint64_t seconds)
{
	uint64_t reservoir = pump_infusion_reservoir(p), low = p->program.low_alarm_nl;
	uint64_t bridge =
		pump_doses_bridge_left(&p->memory.doses, p->counters.delivered_nl);

	if (p->program.rate_nl_per_day == 0 || left_nl == 0 || p->body.is_stalled)
		return seconds;
	seconds = least(seconds, seconds_until(p, left_nl));
	if (p->program.present && reservoir > low)
		seconds = least(seconds, seconds_until(p, reservoir - low));
	return bridge > 0 ? least(seconds, seconds_until(p, bridge)) : seconds;
}

static bool pass_time(struct pump *p)
{
	const struct pump_counters *c = &p->counters;
	uint64_t reservoir = pump_infusion_reservoir(p);
	uint64_t left = reservoir > p->limits->residual_nl ? reservoir - p->limits->residual_nl : 0;
	struct pump_flow flow;
	uint64_t seconds;

	if (c->therapy_s >= p->told_s)
		return false;
	pump_flow_now(p, &flow);
	command_flow(p, &flow);
	seconds = least(least(p->told_s, c->mark_s + PUMP_HOUR_S), flow.until_s) - c->therapy_s;
	seconds = least(until_volume(p, left, seconds), pump_alarms_left(p));
	deliver(p, seconds, left);
	body_advance(&p->body, c->therapy_s);
	pump_flow_now(p, &flow);
	command_flow(p, &flow);
	return true;
}

bool pump_infusion_step(struct pump *p)
{
	return pump_alarms_step(p) || record_delivery(p) || pump_patient_step(p) || pass_time(p);
}
