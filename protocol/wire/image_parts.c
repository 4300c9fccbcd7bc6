/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image_parts.h"

#include "codes.h"

static const uint8_t modes[] = {
	[PROGRAM_SIMPLE] = MODE_SIMPLE,   [PROGRAM_FLEX] = MODE_FLEX,
	[PROGRAM_PERIODIC] = MODE_PERIODIC, [PROGRAM_MINIMUM] = MODE_MINIMUM,
	[PROGRAM_STOPPED] = MODE_STOPPED,
};

static const uint8_t reasons[] = {
	[BRIDGE_LINE_ASPIRATED] = REASON_LINE_ASPIRATED,
	[BRIDGE_LINE_EMPTY] = REASON_LINE_EMPTY,
	[BRIDGE_ACCEPTED] = REASON_ACCEPTED,
};

static void write_flex(struct writer *w, const struct program_flex *flex)
{
	for (size_t day = 0; day < WEEKDAYS; day++)
		writer_u8(w, (uint8_t)flex->of_day[day]);
	writer_u8(w, (uint8_t)flex->count);
	for (size_t i = 0; i < flex->count; i++) {
		const struct program_pattern *pattern = &flex->patterns[i];

		writer_u8(w, (uint8_t)pattern->count);
		for (size_t k = 0; k < pattern->count; k++) {
			writer_u16(w, (uint16_t)pattern->steps[k].minute);
			writer_u64(w, (uint64_t)pattern->steps[k].dose.ng_per_day);
		}
	}
}

void image_base_write(struct writer *w, const struct program *program)
{
	const struct program_periodic *periodic = &program->periodic;

	writer_u8(w, modes[program->mode]);
	switch (program->mode) {
	case PROGRAM_SIMPLE:
		writer_u64(w, (uint64_t)program->dose.ng_per_day);
		return;
	case PROGRAM_FLEX:
		write_flex(w, &program->flex);
		return;
	case PROGRAM_PERIODIC:
		writer_u64(w, (uint64_t)periodic->dose.ng);
		writer_u32(w, (uint32_t)periodic->duration.s);
		writer_u32(w, (uint32_t)periodic->interval.s);
		writer_u64(w, (uint64_t)periodic->base.ng_per_day);
		return;
	case PROGRAM_MINIMUM:
	case PROGRAM_STOPPED:
		return;
	}
}

void image_patient_write(struct writer *w, const struct program_patient_bolus *patient)
{
	writer_u64(w, (uint64_t)patient->dose.ng);
	writer_u32(w, (uint32_t)patient->duration.s);
	writer_u32(w, (uint32_t)patient->lockout.s);
	writer_u8(w, (uint8_t)patient->most);
}

void image_bridge_write(struct writer *w, const struct program_bridge *bridge)
{
	if (bridge->kind == BRIDGE_RUNS) {
		writer_u8(w, BRIDGE_CODE_RUNS);
		writer_u32(w, (uint32_t)bridge->volume.nl);
		writer_u32(w, (uint32_t)bridge->rate.nl_per_day);
	} else {
		writer_u8(w, BRIDGE_CODE_NONE);
		writer_u8(w, reasons[bridge->reason]);
	}
}

/* Amounts are at least 1 and fit a signed number. */
static bool read_amount(struct reader *r, int64_t *out)
{
	uint64_t value = reader_u64(r);

	if (!r->failed && (value < 1 || value > INT64_MAX))
		return false;
	*out = (int64_t)value;
	return true;
}

static enum pump_err read_pattern(struct reader *r, struct program_pattern *pattern)
{
	pattern->count = reader_u8(r);
	if (pattern->count < 1 || pattern->count > FLEX_STEPS_MAX)
		return r->failed ? PUMP_EFORM : PUMP_ERANGE;
	for (size_t i = 0; i < pattern->count; i++) {
		pattern->steps[i].minute = reader_u16(r);
		if (!read_amount(r, &pattern->steps[i].dose.ng_per_day))
			return PUMP_ERANGE;
	}
	return PUMP_OK;
}

static enum pump_err read_flex(struct reader *r, struct program_flex *flex)
{
	for (size_t day = 0; day < WEEKDAYS; day++)
		flex->of_day[day] = reader_u8(r);
	flex->count = reader_u8(r);
	if (flex->count < 1 || flex->count > FLEX_PATTERNS_MAX)
		return r->failed ? PUMP_EFORM : PUMP_ERANGE;
	for (size_t i = 0; i < flex->count; i++) {
		enum pump_err err = read_pattern(r, &flex->patterns[i]);

		if (err != PUMP_OK)
			return err;
	}
	return PUMP_OK;
}

static enum pump_err read_periodic(struct reader *r, struct program_periodic *periodic)
{
	if (!read_amount(r, &periodic->dose.ng))
		return PUMP_ERANGE;
	periodic->duration.s = reader_u32(r);
	periodic->interval.s = reader_u32(r);
	return read_amount(r, &periodic->base.ng_per_day) ? PUMP_OK : PUMP_ERANGE;
}

static enum pump_err read_mode(struct reader *r, uint8_t code, struct program *program)
{
	switch (code) {
	case MODE_SIMPLE:
		program->mode = PROGRAM_SIMPLE;
		return read_amount(r, &program->dose.ng_per_day) ? PUMP_OK : PUMP_ERANGE;
	case MODE_FLEX:
		program->mode = PROGRAM_FLEX;
		return read_flex(r, &program->flex);
	case MODE_PERIODIC:
		program->mode = PROGRAM_PERIODIC;
		return read_periodic(r, &program->periodic);
	case MODE_MINIMUM:
		program->mode = PROGRAM_MINIMUM;
		return PUMP_OK;
	case MODE_STOPPED:
		program->mode = PROGRAM_STOPPED;
		return PUMP_OK;
	default:
		return PUMP_EUNKNOWN;
	}
}

enum pump_err image_base_read(struct reader *r, struct program *program)
{
	uint8_t code = reader_u8(r);
	enum pump_err err = r->failed ? PUMP_EFORM : read_mode(r, code, program);

	if (err != PUMP_OK)
		return err;
	return reader_done(r) ? PUMP_OK : PUMP_EFORM;
}

enum pump_err image_patient_read(struct reader *r, struct program_patient_bolus *patient)
{
	patient->present = true;
	if (!read_amount(r, &patient->dose.ng))
		return PUMP_ERANGE;
	patient->duration.s = reader_u32(r);
	patient->lockout.s = reader_u32(r);
	patient->most = reader_u8(r);
	return reader_done(r) ? PUMP_OK : PUMP_EFORM;
}

static enum pump_err read_reason(uint8_t code, struct program_bridge *bridge)
{
	bridge->kind = BRIDGE_NONE;
	for (size_t i = 0; i < sizeof reasons; i++) {
		if (reasons[i] != code)
			continue;
		bridge->reason = (enum bridge_reason)i;
		return PUMP_OK;
	}
	return PUMP_EUNKNOWN;
}

enum pump_err image_bridge_read(struct reader *r, struct program_bridge *bridge)
{
	uint8_t code = reader_u8(r);
	enum pump_err err = PUMP_OK;

	if (r->failed)
		return PUMP_EFORM;
	if (code == BRIDGE_CODE_RUNS) {
		bridge->kind = BRIDGE_RUNS;
		bridge->volume.nl = reader_u32(r);
		bridge->rate.nl_per_day = reader_u32(r);
	} else if (code == BRIDGE_CODE_NONE && reader_left(r) > 0) {
		err = read_reason(reader_u8(r), bridge);
	} else {
		err = code == BRIDGE_CODE_NONE ? PUMP_EFORM : PUMP_EUNKNOWN;
	}
	if (err != PUMP_OK)
		return err;
	return reader_done(r) ? PUMP_OK : PUMP_EFORM;
}
