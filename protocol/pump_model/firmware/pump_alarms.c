/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_alarms.h"

#include "pump_infusion.h"
#include "pump_log.h"
#include "pump_store.h"

/* Therapy time at which the stop has lasted too long; UINT64_MAX: there is no such stop. */
static uint64_t stop_ends_s(const struct pump *p)
{
	const uint64_t until_s = p->memory.care.stop_until_s;

	/* A pump that was never programmed has nothing to give. */
	if (p->memory.core.therapy != THERAPY_STOPPED || !p->program.present)
		return UINT64_MAX;
	return until_s > 0 ? until_s : p->memory.doses.order_s + PUMP_STOPPED_MAX_S;
}

/* A change was staged that would end the stop, and nobody has committed it yet. */
static bool is_unfinished(const struct pump *p)
{
	return p->memory.core.therapy == THERAPY_STOPPED && p->stage.present &&
	       (p->stage.change.parts & (PART_IMAGE | PART_THERAPY)) != 0;
}

static bool is_raised(const struct pump *p, uint32_t bit)
{
	return (p->memory.core.alarms & bit) != 0;
}

static bool is_low(const struct pump *p)
{
	return p->program.present && pump_infusion_reservoir(p) <= p->program.low_alarm_nl;
}

static bool is_empty(const struct pump *p)
{
	return pump_infusion_reservoir(p) <= p->limits->residual_nl;
}

static bool is_memory_lost(const struct pump *p)
{
	return p->memory.core.memory_lost;
}

/* A motor that is not to move cannot show that it moves again. */
static bool is_stalled(const struct pump *p)
{
	return p->body.is_stalled &&
	       (p->program.rate_nl_per_day > 0 || is_raised(p, ALARM_STALL));
}

static bool is_stopped_too_long(const struct pump *p)
{
	return p->counters.therapy_s >= stop_ends_s(p);
}

/* The stage itself is forgotten; the alarm stays until something is delivered again. */
static bool is_update_due(const struct pump *p)
{
	return p->memory.core.therapy == THERAPY_STOPPED &&
	       (is_raised(p, ALARM_UPDATE) || p->now_ms >= pump_alarms_deadline(p));
}

static const struct {
	uint32_t bit;
	uint8_t code;
	bool (*is_due)(const struct pump *p);
} ALARMS[] = {
	{ALARM_LOW, ALARM_LOW_CODE, is_low},
	{ALARM_EMPTY, ALARM_EMPTY_CODE, is_empty},
	{ALARM_MEMORY, ALARM_MEMORY_CODE, is_memory_lost},
	{ALARM_STALL, ALARM_STALL_CODE, is_stalled},
	{ALARM_STOPPED, ALARM_STOPPED_CODE, is_stopped_too_long},
	{ALARM_UPDATE, ALARM_UPDATE_CODE, is_update_due},
};

#define ALARM_COUNT (sizeof ALARMS / sizeof ALARMS[0])

uint32_t pump_alarms_bit(uint8_t code)
{
	for (size_t i = 0; i < ALARM_COUNT; i++)
		if (ALARMS[i].code == code)
			return ALARMS[i].bit;
	return 0;
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
	p->next.care.acknowledged &= ~ALARMS[index].bit;
	pump_store_commit(p, PUMP_AFTER_NOTHING);
}

bool pump_alarms_step(struct pump *p)
{
	for (size_t i = 0; i < ALARM_COUNT; i++) {
		bool is_due = ALARMS[i].is_due(p);

		if (is_due == is_raised(p, ALARMS[i].bit))
			continue;
		store_alarm(p, i, is_due);
		return true;
	}
	return false;
}

uint64_t pump_alarms_left(const struct pump *p)
{
	uint64_t ends_s = stop_ends_s(p);

	return ends_s == UINT64_MAX || ends_s <= p->counters.therapy_s
		       ? UINT64_MAX
		       : ends_s - p->counters.therapy_s;
}

uint64_t pump_alarms_deadline(const struct pump *p)
{
	/* Ticks are those of the last boot and the time since. */
	return is_unfinished(p) && !is_raised(p, ALARM_UPDATE)
		       ? p->boot_ms + (p->stage.expires_ms - p->boot_ticks_ms)
		       : UINT64_MAX;
}
