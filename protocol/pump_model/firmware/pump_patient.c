/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_patient.h"

#include "pump_bolus.h"
#include "pump_infusion.h"
#include "pump_log.h"
#include "pump_store.h"

enum bolus_end { BOLUS_COMPLETE = 0x55, BOLUS_ENDED_EARLY = 0x33 };

static bool is_there(const struct pump *p)
{
	const struct read_image *image = &p->program.image;
	const struct pump_amounts *amounts = &p->program.amounts;
	const struct pump_bolus bolus = {.seconds = image->patient_s, .nl = amounts->patient_nl};

	return p->program.has_amounts &&
	       pump_bolus_is_there(p->limits, &bolus, amounts, pump_infusion_reservoir(p));
}

static enum patient_answer answer_of(const struct pump *p)
{
	const struct pump_program *program = &p->program;
	const struct pump_doses *doses = &p->memory.doses;

	if (!program->present || !program->image.has_patient)
		return PATIENT_NO_BOLUS;
	if (p->memory.core.therapy != THERAPY_RUNNING)
		return PATIENT_NOT_RUNNING;
	if (pump_doses_bridge_left(doses, p->counters.delivered_nl) > 0)
		return PATIENT_BRIDGE;
	if (!is_there(p))
		return PATIENT_EMPTY;
	return pump_doses_may_start(doses, &program->image, p->counters.therapy_s);
}

void pump_patient_press(struct pump *p)
{
	const struct read_image *image = &p->program.image;
	enum patient_answer answer = answer_of(p);
	uint8_t raw[RECORD_MAX];
	struct writer w;
	uint64_t nl = 0;

	/* An active image has amounts: they were worked out when it became active. */
	if (answer == PATIENT_GRANTED && !pump_amounts_volume(image, image->patient_ng, &nl))
		answer = PATIENT_NO_BOLUS;
	pump_store_begin(p);
	if (answer == PATIENT_GRANTED)
		pump_doses_start(&p->next.doses, p->counters.therapy_s, image->patient_s,
				 pump_amounts_burst_rate(nl, image->patient_s));
	pump_log_begin(&w, raw, RECORD_PATIENT_BOLUS, p->counters.therapy_s);
	writer_u8(&w, (uint8_t)answer);
	writer_u32(&w, (uint32_t)(answer == PATIENT_GRANTED ? nl : 0));
	writer_u8(&w, pump_doses_count(&p->next.doses, p->counters.therapy_s));
	pump_log_prepare(p, raw, writer_len(&w));
	pump_store_commit(p, PUMP_AFTER_NOTHING);
}

static void record_bridge(struct pump *p)
{
	uint8_t raw[RECORD_MAX];
	struct writer w;

	pump_log_begin(&w, raw, RECORD_BRIDGE_END, p->counters.therapy_s);
	writer_u32(&w, (uint32_t)p->memory.doses.bridge_nl);
	pump_log_prepare(p, raw, writer_len(&w));
	pump_store_begin(p);
	p->next.doses.bridge_end_nl = 0;
	pump_store_commit(p, PUMP_AFTER_NOTHING);
}

static void record_bolus(struct pump *p)
{
	const struct pump_doses *doses = &p->memory.doses;
	uint64_t seconds = doses->bolus_end_s - doses->bolus_from_s;
	uint8_t raw[RECORD_MAX];
	struct writer w;

	pump_log_begin(&w, raw, RECORD_BOLUS, p->counters.therapy_s);
	writer_u8(&w, doses->bolus_kind);
	writer_u8(&w, seconds == doses->bolus_s ? BOLUS_COMPLETE : BOLUS_ENDED_EARLY);
	writer_u32(&w, (uint32_t)(doses->bolus_nl_per_day * seconds / PUMP_DAY_S));
	writer_u32(&w, (uint32_t)seconds);
	pump_log_prepare(p, raw, writer_len(&w));
	pump_store_begin(p);
	p->next.doses.bolus_end_s = 0;
	pump_store_commit(p, PUMP_AFTER_NOTHING);
}

bool pump_patient_step(struct pump *p)
{
	const struct pump_doses *doses = &p->memory.doses;

	if (doses->bridge_end_nl > 0 && p->counters.delivered_nl >= doses->bridge_end_nl) {
		record_bridge(p);
		return true;
	}
	if (doses->bolus_end_s > 0 && p->counters.therapy_s >= doses->bolus_end_s) {
		record_bolus(p);
		return true;
	}
	return false;
}
