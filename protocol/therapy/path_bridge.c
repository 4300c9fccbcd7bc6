/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "path_bridge.h"

#include "path_ahead.h"

#define FG_PER_NG    INT64_C(1000000)
#define RATIO_OF_ONE INT64_C(10000)

__extension__ typedef __int128 wide;

enum pump_err catheter_volume(struct length full, struct length trimmed,
			      struct volume_per_length per_length, struct volume *out, bool *exact)
{
	const wide product = ((wide)full.um - trimmed.um) * per_length.nl_per_cm;

	if (trimmed.um < 0 || full.um > CATHETER_UM_MAX || trimmed.um >= full.um ||
	    per_length.nl_per_cm < 1 || product / UM_PER_CM > PATH_VOLUME_MAX)
		return PUMP_ERANGE;
	out->nl = (int64_t)(product / UM_PER_CM);
	*exact = product == (wide)out->nl * UM_PER_CM;
	return PUMP_OK;
}

static enum pump_err daily_doses(const struct mixture *mixture, struct volume_rate rate,
				 struct dose_rate daily[MIXTURE_MAX])
{
	enum pump_err err = PUMP_OK;

	if (mixture->count < 1 || mixture->count > MIXTURE_MAX)
		return PUMP_ERANGE;
	for (size_t i = 0; err == PUMP_OK && i < mixture->count; i++)
		err = dose_from_rate(rate, mixture->parts[i].concentration, ROUND_UP, &daily[i]);
	return err;
}

static enum pump_err bridge_rate(const struct bridge_request *request, struct volume_rate *rate)
{
	switch (request->state) {
	case BRIDGE_OLD_RUNNING:
		*rate = request->old_rate;
		return PUMP_OK;
	case BRIDGE_OLD_ZERO:
	case BRIDGE_OLD_MINIMUM:
	case BRIDGE_OLD_UNKNOWN:
		break;
	}
	if (request->stated.ng_per_day == 0)
		return PUMP_ESTATE;
	return rate_from_dose(request->stated, request->old->parts[0].concentration, rate);
}

enum pump_err bridge_plan(const struct bridge_request *request, struct bridge *out)
{
	struct bridge bridge = {0};
	enum pump_err err;

	if (request->volume.nl < 1 || request->volume.nl > 2 * PATH_VOLUME_MAX)
		return PUMP_ERANGE;
	err = bridge_rate(request, &bridge.rate);
	if (err == PUMP_OK && bridge.rate.nl_per_day < 1)
		err = PUMP_ERANGE;
	if (err == PUMP_OK)
		err = path_time(request->volume, bridge.rate, &bridge.duration);
	if (err == PUMP_OK)
		err = daily_doses(request->old, bridge.rate, bridge.daily);
	if (err == PUMP_OK)
		*out = bridge;
	return err;
}

enum pump_err bridge_omit(const struct bridge_request *request, const struct bridge *bridge,
			  struct volume_rate new_rate, struct bridge_omitted *out)
{
	struct bridge_omitted omitted = {0};
	const wide scaled = (wide)new_rate.nl_per_day * RATIO_OF_ONE;
	const int64_t old_rate = bridge->rate.nl_per_day;
	wide ratio;
	enum pump_err err;

	if (old_rate < 1)
		return PUMP_ERANGE;
	ratio = (2 * scaled + old_rate) / (2 * (wide)old_rate);
	if (ratio > INT64_MAX)
		return PUMP_ERANGE;
	err = path_time(request->volume, new_rate, &omitted.duration);
	if (err == PUMP_OK)
		err = daily_doses(request->old, new_rate, omitted.daily);
	if (err != PUMP_OK)
		return err;
	omitted.ratio = (int64_t)ratio;
	omitted.ratio_exact = scaled % old_rate == 0;
	*out = omitted;
	return PUMP_OK;
}

static enum pump_err plan_stage(const struct path_segment *segment, size_t slot, struct dose_rate dose,
				struct bridge_stage *stage)
{
	wide rate;

	if (!segment->known)
		return PUMP_EUNKNOWN;
	if (segment->fg[slot] == 0)
		return PUMP_ESTATE;
	/* dose is at most 2^63 and a segment's volume below 2^27: the product stays below 2^127. */
	rate = (wide)dose.ng_per_day * FG_PER_NG * segment->volume.nl / segment->fg[slot];
	if (rate < 1 || rate > INT64_MAX)
		return PUMP_ERANGE;
	stage->volume = segment->volume;
	stage->rate.nl_per_day = (int64_t)rate;
	return path_time(stage->volume, stage->rate, &stage->time);
}

enum pump_err bridge_stages(const struct path *path, size_t slot, struct dose_rate dose,
			    struct bridge_stage *stages, size_t *count)
{
	int64_t ahead = path_volume_ahead(path).nl;
	size_t planned = 0;

	if (slot >= PATH_DRUGS_MAX || dose.ng_per_day < 1)
		return PUMP_ERANGE;
	for (; ahead > 0; planned++) {
		const enum pump_err err =
			plan_stage(&path->line[planned], slot, dose, &stages[planned]);

		if (err != PUMP_OK)
			return err;
		ahead -= path->line[planned].volume.nl;
	}
	*count = planned;
	return PUMP_OK;
}
