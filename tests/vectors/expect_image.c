/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "expect.h"

static void expect_staged_flex(const struct staged_flex *flex)
{
	expect_bytes("of_day", flex->of_day, sizeof flex->of_day);
	expect_number("patterns", flex->count);
	for (size_t i = 0; i < flex->count; i++) {
		expect_number("steps", flex->steps[i]);
		for (size_t k = 0; k < flex->steps[i]; k++) {
			expect_number("minute", flex->minute[i][k]);
			expect_number("dose_ng_per_day", flex->dose_ng_per_day[i][k]);
		}
	}
}

static void expect_staged_base(const struct staged_image *image)
{
	expect_number("mode", image->mode);
	if (image->mode == MODE_SIMPLE)
		expect_number("dose_ng_per_day", image->dose_ng_per_day);
	if (image->mode == MODE_FLEX)
		expect_staged_flex(&image->flex);
	if (image->mode != MODE_PERIODIC)
		return;
	expect_number("periodic_dose_ng", image->periodic.dose_ng);
	expect_number("duration_s", image->periodic.duration_s);
	expect_number("interval_s", image->periodic.interval_s);
	expect_number("base_ng_per_day", image->periodic.base_ng_per_day);
}

static void expect_staged_options(const struct staged_image *image)
{
	expect_flag("has_patient", image->has_patient);
	if (image->has_patient) {
		expect_number("bolus_dose_ng", image->patient.dose_ng);
		expect_number("bolus_duration_s", image->patient.duration_s);
		expect_number("lockout_s", image->patient.lockout_s);
		expect_number("most", image->patient.most);
	}
	expect_number("bridge", image->bridge);
	if (image->bridge == BRIDGE_CODE_RUNS) {
		expect_number("bridge_volume_nl", image->bridge_volume_nl);
		expect_number("bridge_rate_nl_per_day", image->bridge_rate_nl_per_day);
		expect_number("bridge_duration_s", image->bridge_duration_s);
	}
	if (image->bridge == BRIDGE_CODE_NONE)
		expect_number("reason", image->bridge_reason);
}

void expect_staged_image(const struct staged_image *image)
{
	expect_staged_base(image);
	expect_number("low_alarm_nl", image->low_alarm_nl);
	expect_number("volume_24h_nl", image->volume_24h_nl);
	expect_number("greatest_hour_nl", image->greatest_hour_nl);
	expect_number("worst_24h_nl", image->worst_24h_nl);
	expect_number("count", image->count);
	for (size_t i = 0; i < image->count; i++) {
		expect_text("name", image->drugs[i].name);
		expect_number("concentration_ng_per_ml", image->drugs[i].concentration_ng_per_ml);
		expect_number("daily_ng", image->drugs[i].daily_ng);
		expect_number("worst_ng", image->drugs[i].worst_ng);
	}
	expect_staged_options(image);
}

static void expect_flex(const struct program_flex *flex)
{
	uint8_t days[WEEKDAYS];

	for (size_t day = 0; day < WEEKDAYS; day++)
		days[day] = (uint8_t)flex->of_day[day];
	expect_bytes("of_day", days, sizeof days);
	expect_number("patterns", flex->count);
	for (size_t i = 0; i < flex->count; i++) {
		expect_number("steps", flex->patterns[i].count);
		for (size_t k = 0; k < flex->patterns[i].count; k++) {
			expect_signed("minute", flex->patterns[i].steps[k].minute);
			expect_signed("dose", flex->patterns[i].steps[k].dose.ng_per_day);
		}
	}
}

static void expect_base(const struct program *program)
{
	static const uint8_t codes[] = {[PROGRAM_SIMPLE] = 0x55,   [PROGRAM_FLEX] = 0x66,
					[PROGRAM_PERIODIC] = 0x99, [PROGRAM_MINIMUM] = 0x3C,
					[PROGRAM_STOPPED] = 0x33};

	expect_number("mode", codes[program->mode]);
	if (program->mode == PROGRAM_SIMPLE)
		expect_signed("dose", program->dose.ng_per_day);
	if (program->mode == PROGRAM_FLEX)
		expect_flex(&program->flex);
	if (program->mode != PROGRAM_PERIODIC)
		return;
	expect_signed("periodic_dose", program->periodic.dose.ng);
	expect_signed("duration", program->periodic.duration.s);
	expect_signed("interval", program->periodic.interval.s);
	expect_signed("base", program->periodic.base.ng_per_day);
}

static void expect_options(const struct program *program)
{
	static const uint8_t reasons[] = {[BRIDGE_LINE_ASPIRATED] = 0x33,
					  [BRIDGE_LINE_EMPTY] = 0x55,
					  [BRIDGE_ACCEPTED] = 0x66};

	if (program->patient.present) {
		expect_signed("bolus_dose", program->patient.dose.ng);
		expect_signed("bolus_duration", program->patient.duration.s);
		expect_signed("lockout", program->patient.lockout.s);
		expect_signed("most", program->patient.most);
	}
	if (program->bridge.kind == BRIDGE_RUNS) {
		expect_number("bridge", 0x55);
		expect_signed("bridge_volume", program->bridge.volume.nl);
		expect_signed("bridge_rate", program->bridge.rate.nl_per_day);
	}
	if (program->bridge.kind == BRIDGE_NONE) {
		expect_number("bridge", 0x33);
		expect_number("reason", reasons[program->bridge.reason]);
	}
}

void expect_program(const struct program *program)
{
	expect_number("version", 1);
	expect_number("count", program->mixture.count);
	for (size_t i = 0; i < program->mixture.count; i++) {
		expect_text("name", program->mixture.parts[i].name);
		expect_signed("concentration", program->mixture.parts[i].concentration.ng_per_ml);
	}
	expect_base(program);
	expect_signed("low_alarm", program->low_alarm.nl);
	expect_options(program);
}
