/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_infusion.h"

#include "pump_amounts.h"
#include "pump_log.h"
#include "pump_store.h"

#include <string.h>

static const struct {
	uint32_t bit;
	uint8_t code;
} ALARMS[] = {
	{ALARM_LOW, 0x33},
	{ALARM_EMPTY, 0x3C},
	{ALARM_MEMORY, 0x55},
};

#define ALARM_COUNT (sizeof ALARMS / sizeof ALARMS[0])

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

bool pump_infusion_understand(const struct pump_core *core, const struct pump_model_limits *limits,
			      struct pump_program *program)
{
	struct pump_program understood = {.present = core->image_len > 0};
	uint64_t rate = 0;

	if (understood.present) {
		if (image_read(core->image, core->image_len, &understood.image) != PUMP_OK ||
		    !pump_amounts_base(&understood.image, limits, 0, &rate))
			return false;
		image_read_digest(core->image, core->image_len, understood.digest);
		understood.low_alarm_nl = understood.image.low_alarm_nl;
	}
	understood.rate_nl_per_day = pump_infusion_rate(limits, core->therapy, rate);
	*program = understood;
	return true;
}

void pump_infusion_command(struct pump *p)
{
	/* Whatever becomes memory was read before; should it fail, the old command stands. */
	if (pump_infusion_understand(&p->memory.core, p->limits, &p->program))
		p->body.flow_nl_per_day = p->program.rate_nl_per_day;
}

uint64_t pump_infusion_reservoir(const struct pump *p)
{
	const struct pump_core *core = &p->memory.core;
	uint64_t used = p->counters.delivered_nl - core->fill_delivered_nl;

	return used < core->fill_nl ? core->fill_nl - used : 0;
}

uint32_t pump_infusion_alarm_bit(uint8_t code)
{
	for (size_t i = 0; i < ALARM_COUNT; i++)
		if (ALARMS[i].code == code)
			return ALARMS[i].bit;
	return 0;
}

static uint32_t due_alarms(const struct pump *p)
{
	uint64_t reservoir = pump_infusion_reservoir(p);
	uint32_t alarms = 0;

	if (p->program.present && reservoir <= p->program.low_alarm_nl)
		alarms |= ALARM_LOW;
	if (reservoir <= p->limits->residual_nl)
		alarms |= ALARM_EMPTY;
	if (p->memory.core.memory_lost)
		alarms |= ALARM_MEMORY;
	return alarms;
}

static void store_alarm(struct pump *p, size_t index, bool raised)
{
	uint8_t raw[RECORD_MAX];
	struct writer w;

	pump_log_begin(&w, raw, RECORD_ALARM, p->counters.therapy_s);
	writer_u8(&w, ALARMS[index].code);
	writer_u8(&w, raised ? PUMP_ALARM_RAISED : PUMP_ALARM_CLEARED);
	writer_u32(&w, (uint32_t)pump_infusion_reservoir(p));
	pump_log_prepare(p, raw, writer_len(&w));
	pump_store_begin(p);
	p->next.core.alarms ^= ALARMS[index].bit;
	pump_store_commit(p, PUMP_AFTER_NOTHING);
}

static bool change_alarm(struct pump *p)
{
	uint32_t due = due_alarms(p);
	uint32_t changed = due ^ p->memory.core.alarms;

	for (size_t i = 0; i < ALARM_COUNT; i++) {
		if (!(changed & ALARMS[i].bit))
			continue;
		store_alarm(p, i, (due & ALARMS[i].bit) != 0);
		return true;
	}
	return false;
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

/* Seconds after which volume_nl more has been delivered; volume_nl and rate above 0. */
static uint64_t seconds_until(const struct pump *p, uint64_t volume_nl)
{
	uint64_t rate = p->program.rate_nl_per_day;
	uint64_t need = volume_nl * PUMP_DAY_S - p->counters.remainder;

	return (need + rate - 1) / rate;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void deliver(struct pump *p, uint64_t seconds, uint64_t left_nl)
{
	struct pump_counters *c = &p->counters;
	uint64_t sum = p->program.rate_nl_per_day * seconds + c->remainder;

	c->therapy_s += seconds;
	if (left_nl == 0)
		return;
	if (sum / PUMP_DAY_S >= left_nl) {
		c->delivered_nl += left_nl;
		c->remainder = 0;
	} else {
		c->delivered_nl += sum / PUMP_DAY_S;
		c->remainder = (uint32_t)(sum % PUMP_DAY_S);
	}
}

static bool pass_time(struct pump *p)
{
	const struct pump_counters *c = &p->counters;
	uint64_t reservoir = pump_infusion_reservoir(p);
	uint64_t left = reservoir > p->limits->residual_nl ? reservoir - p->limits->residual_nl : 0;
	uint64_t low = p->program.low_alarm_nl;
	uint64_t seconds;

	if (c->therapy_s >= p->told_s)
		return false;
	seconds = least(p->told_s, c->mark_s + PUMP_HOUR_S) - c->therapy_s;
	if (p->program.rate_nl_per_day > 0 && left > 0) {
		seconds = least(seconds, seconds_until(p, left));
		if (p->program.present && reservoir > low)
			seconds = least(seconds, seconds_until(p, reservoir - low));
	}
	deliver(p, seconds, left);
	body_advance(&p->body, c->therapy_s);
	return true;
}

bool pump_infusion_step(struct pump *p)
{
	return change_alarm(p) || record_delivery(p) || pass_time(p);
}
