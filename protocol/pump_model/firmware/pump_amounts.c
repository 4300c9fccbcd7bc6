/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_amounts.h"

#include <string.h>

#define NL_PER_ML UINT64_C(1000000)
#define DAY_S     UINT64_C(86400)

enum { DAY_MIN = 1440, HOUR_MIN = 60 };

static uint64_t divide_up(uint64_t a, uint64_t b)
{
	return a / b + (a % b > 0 ? 1 : 0);
}

bool pump_amounts_volume(const struct read_image *image, uint64_t dose, uint64_t *nl)
{
	uint64_t concentration = image->drugs[0].concentration_ng_per_ml;
	uint64_t whole = dose / concentration, rest = dose % concentration;

	if (whole > PUMP_AMOUNT_MAX / NL_PER_ML)
		return false;
	*nl = whole * NL_PER_ML + rest * NL_PER_ML / concentration;
	return *nl <= PUMP_AMOUNT_MAX;
}

/* Index of the step that a minute of the day lies in. */
static uint8_t step_of(const struct read_pattern *pattern, uint32_t minute)
{
	uint8_t i = (uint8_t)(pattern->count - 1);

	while (pattern->steps[i].minute > minute)
		i--;
	return i;
}

bool pump_amounts_base(const struct read_image *image, const struct pump_model_limits *limits,
		       uint32_t minute, uint64_t *nl_per_day)
{
	const struct read_pattern *pattern;

	switch (image->mode) {
	case READ_MODE_STOPPED:
		*nl_per_day = 0;
		return true;
	case READ_MODE_MINIMUM:
		*nl_per_day = limits->minimum_nl_per_day;
		return true;
	case READ_MODE_FLEX:
		pattern = &image->patterns[image->of_day[minute / DAY_MIN]];
		return pump_amounts_volume(
			image, pattern->steps[step_of(pattern, minute % DAY_MIN)].dose_ng_per_day,
			nl_per_day);
	default:
		return pump_amounts_volume(image, image->dose_ng_per_day, nl_per_day);
	}
}

uint32_t pump_amounts_minutes_left(const struct read_image *image, uint32_t minute)
{
	uint32_t of_day = minute % DAY_MIN;
	const struct read_pattern *pattern;
	unsigned next;

	if (image->mode != READ_MODE_FLEX)
		return PUMP_WEEK_MIN - minute;
	pattern = &image->patterns[image->of_day[minute / DAY_MIN]];
	next = step_of(pattern, of_day) + 1u;
	return (next < pattern->count ? pattern->steps[next].minute : DAY_MIN) - of_day;
}

uint64_t pump_amounts_burst_rate(uint64_t nl, uint32_t seconds)
{
	return nl * DAY_S / seconds;
}

/* What a minute-wise walk over the week finds; sums are of rates over minutes. */
struct walk {
	const struct read_image *image;
	const struct pump_model_limits *limits;
	uint64_t sum, greatest_hour, greatest_day;
};

static bool walk_window(struct walk *w, uint32_t minutes, uint64_t *greatest)
{
	uint64_t window = 0, in, out;

	for (uint32_t m = 0; m < PUMP_WEEK_MIN + minutes; m++) {
		if (!pump_amounts_base(w->image, w->limits, m % PUMP_WEEK_MIN, &in))
			return false;
		window += in;
		if (m >= minutes) {
			if (!pump_amounts_base(w->image, w->limits, m - minutes, &out))
				return false;
			window -= out;
		}
		if (window > *greatest)
			*greatest = window;
	}
	return true;
}

/* A base that never changes needs no walk. */
static bool constant_week(struct walk *w, struct pump_amounts *out)
{
	uint64_t rate;

	if (!pump_amounts_base(w->image, w->limits, 0, &rate))
		return false;
	out->least_nl_per_day = rate;
	out->greatest_nl_per_day = rate;
	w->sum = rate * PUMP_WEEK_MIN;
	w->greatest_hour = rate * HOUR_MIN;
	w->greatest_day = rate * DAY_MIN;
	return true;
}

static bool walk_week(struct walk *w, struct pump_amounts *out)
{
	uint64_t rate;

	if (w->image->mode != READ_MODE_FLEX)
		return constant_week(w, out);
	out->least_nl_per_day = UINT64_MAX;
	for (uint32_t m = 0; m < PUMP_WEEK_MIN; m++) {
		if (!pump_amounts_base(w->image, w->limits, m, &rate))
			return false;
		w->sum += rate;
		if (rate < out->least_nl_per_day)
			out->least_nl_per_day = rate;
		if (rate > out->greatest_nl_per_day)
			out->greatest_nl_per_day = rate;
	}
	return walk_window(w, HOUR_MIN, &w->greatest_hour) &&
	       walk_window(w, DAY_MIN, &w->greatest_day);
}

/* Most that doses, one every interval, bring in so many seconds: the window begins with one. */
static uint64_t periodic_in(const struct read_image *image, uint64_t dose_nl, uint64_t seconds)
{
	uint64_t volume = 0;

	for (uint64_t at = 0; at < seconds; at += image->interval_s) {
		uint64_t left = seconds - at;

		volume += left >= image->periodic_s
				  ? dose_nl
				  : divide_up(dose_nl * left, image->periodic_s);
	}
	return volume;
}

static uint64_t boluses_in_a_day(const struct read_image *image)
{
	uint64_t fit = divide_up(DAY_S, image->lockout_s);

	return fit < image->most ? fit : image->most;
}

bool pump_amounts_work_out(const struct read_image *image, const struct pump_model_limits *limits,
			   struct pump_amounts *out)
{
	struct walk w = {.image = image, .limits = limits};

	memset(out, 0, sizeof *out);
	if (!walk_week(&w, out))
		return false;
	out->mean_nl_per_day = w.sum / PUMP_WEEK_MIN;
	out->greatest_hour_nl = divide_up(w.greatest_hour, DAY_MIN);
	out->volume_24h_nl = divide_up(w.greatest_day, DAY_MIN);
	if (image->mode == READ_MODE_PERIODIC) {
		if (!pump_amounts_volume(image, image->periodic_ng, &out->periodic_nl))
			return false;
		out->periodic_nl_per_day =
			pump_amounts_burst_rate(out->periodic_nl, image->periodic_s);
		out->mean_nl_per_day += out->periodic_nl * DAY_S / image->interval_s;
		out->greatest_hour_nl += periodic_in(image, out->periodic_nl, HOUR_MIN * 60);
		out->volume_24h_nl += periodic_in(image, out->periodic_nl, DAY_S);
	}
	out->worst_24h_nl = out->volume_24h_nl;
	if (!image->has_patient)
		return true;
	if (!pump_amounts_volume(image, image->patient_ng, &out->patient_nl))
		return false;
	out->patient_nl_per_day = pump_amounts_burst_rate(out->patient_nl, image->patient_s);
	out->worst_24h_nl += boluses_in_a_day(image) * out->patient_nl;
	return true;
}
