/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_tell.h"

#include "pump_clock.h"
#include "pump_flow.h"
#include "pump_infusion.h"
#include "pump_log.h"
#include "pump_requests.h"

#include <string.h>

_Static_assert(CARE_DUE_MAX == PUMP_DUE_MAX, "CARE lists every countersignature that is due");

static uint32_t stop_left(const struct pump *p)
{
	uint64_t until_s = p->memory.care.stop_until_s, now_s = p->counters.therapy_s;

	return p->memory.core.therapy == THERAPY_STOPPED && until_s > now_s
		       ? (uint32_t)(until_s - now_s)
		       : 0;
}

enum result_code pump_tell_status(struct pump *p, const struct message *m, struct message *answer)
{
	const struct pump_core *core = &p->memory.core;
	const struct pump_doses *doses = &p->memory.doses;
	struct msg_status *status = &answer->as.status;
	struct pump_burst burst;

	(void)m;
	answer->op = OP_STATUS;
	status->therapy = core->therapy;
	memcpy(status->active_digest, p->program.digest, DIGEST_LEN);
	status->rate_nl_per_day = p->program.rate_nl_per_day;
	status->reservoir_nl = pump_infusion_reservoir(p);
	status->low_alarm_nl = p->program.low_alarm_nl;
	status->alarms = core->alarms;
	status->clock_s = pump_clock_now(p);
	status->ticks_ms = pump_requests_ticks(p);
	status->delivered_nl = p->counters.delivered_nl;
	status->bridge_left_nl = pump_doses_bridge_left(doses, p->counters.delivered_nl);
	if (pump_flow_burst(p, &burst)) {
		status->bolus = burst.kind;
		status->bolus_left_nl = burst.nl_per_day * burst.left_s / PUMP_DAY_S;
	}
	status->boluses_24h = pump_doses_count(doses, p->counters.therapy_s);
	status->acknowledged = p->memory.care.acknowledged & core->alarms;
	status->countersign_due = p->memory.care.due_count;
	status->stop_left_s = stop_left(p);
	return CODE_DONE;
}

/* Volume of a record that says how an ordered bolus ended; 0: of any other one. */
static uint64_t ordered_bolus_nl(const struct pump_entry *entry)
{
	struct reader r;
	uint8_t kind;

	reader_init(&r, entry->raw, entry->len);
	if (reader_u16(&r) != RECORD_BOLUS)
		return 0;
	(void)reader_u64(&r); /* its time */
	kind = reader_u8(&r);
	(void)reader_u8(&r);
	return kind == BOLUS_KIND_SINGLE || kind == BOLUS_KIND_PRIMING ? reader_u32(&r) : 0;
}

/* From the log, which survives a loss of power; as far as it reaches back. */
static uint64_t boluses_of_a_day(const struct pump *p)
{
	uint64_t sum_nl = 0;

	for (uint64_t seq = p->log.last; seq > 0 && seq >= p->log.first; seq--) {
		struct pump_entry entry;
		uint64_t at_s;

		if (!pump_log_get(p, seq, &entry))
			continue;
		(void)pump_log_type(&entry, &at_s);
		if (at_s + PUMP_DAY_S < p->counters.therapy_s)
			break;
		sum_nl += ordered_bolus_nl(&entry);
	}
	return sum_nl;
}

enum result_code pump_tell_care(struct pump *p, const struct message *m, struct message *answer)
{
	const struct pump_care *care = &p->memory.care;
	const uint64_t now_s = p->counters.therapy_s;
	struct msg_care *told = &answer->as.care;

	(void)m;
	answer->op = OP_CARE;
	told->filled_ago_s = now_s - care->filled_s;
	told->filled_nl = care->filled_nl;
	told->drawn_nl = care->filled_nl == 0 || care->drawn_nl == UINT32_MAX ? CARE_NOT_MEASURED
									      : care->drawn_nl;
	told->rinsed = care->rinsed;
	told->expiry_day = care->expiry_day;
	memcpy(told->lot, care->lot, sizeof told->lot);
	told->catheter_ago_s = now_s - care->catheter_s;
	told->catheter_length_mm = care->length_mm;
	told->catheter_nl = care->catheter_nl;
	memcpy(told->tip, care->tip, sizeof told->tip);
	told->contents = care->contents == 0 ? CONTENTS_UNKNOWN : care->contents;
	told->zone_min = care->zone_min;
	told->clock_s = pump_clock_now(p);
	told->ticks_ms = pump_requests_ticks(p);
	told->clock_set_ago_s = now_s - p->memory.core.utc_at_s;
	told->boluses_24h_nl = boluses_of_a_day(p);
	told->due_count = care->due_count;
	for (size_t i = 0; i < care->due_count; i++) {
		told->due[i].record_seq = care->due[i].seq;
		told->due[i].left_s = (int64_t)(care->due[i].due_s - now_s);
	}
	return CODE_DONE;
}
