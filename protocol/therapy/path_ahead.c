/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "path_ahead.h"

#include "path_queue.h"

#define FG_PER_NG     INT64_C(1000000)
#define SECONDS_PER_H INT64_C(3600)

__extension__ typedef __int128 wide;

enum pump_err path_time(struct volume volume, struct volume_rate rate, struct duration *out)
{
	wide seconds;

	if (volume.nl < 0 || rate.nl_per_day < 0)
		return PUMP_ERANGE;
	if (rate.nl_per_day == 0)
		return PUMP_ESTATE;
	seconds = ((wide)volume.nl * SECONDS_PER_DAY + rate.nl_per_day - 1) / rate.nl_per_day;
	if (seconds > INT64_MAX)
		return PUMP_ERANGE;
	out->s = (int64_t)seconds;
	return PUMP_OK;
}

struct volume path_volume_ahead(const struct path *path)
{
	struct volume ahead = {0};
	size_t count = path->count;

	while (count > 0 && path_same_liquid(&path->line[count - 1], &path->reservoir))
		count--;
	for (size_t i = 0; i < count; i++)
		ahead.nl += path->line[i].volume.nl;
	return ahead;
}

static bool holds_drug(const struct path_segment *segment)
{
	for (size_t i = 0; i < PATH_DRUGS_MAX; i++)
		if (segment->fg[i])
			return true;
	return false;
}

enum pump_err path_prime_volume(const struct path *path, struct volume *out)
{
	struct volume empty = {0};

	for (size_t i = 0; i < path->count; i++) {
		if (!path->line[i].known)
			return PUMP_EUNKNOWN;
		if (!holds_drug(&path->line[i]))
			empty.nl += path->line[i].volume.nl;
	}
	*out = empty;
	return PUMP_OK;
}

enum pump_err path_bolus_volume(const struct path *path, size_t slot, struct mass mass,
				struct volume *out)
{
	wide left = (wide)mass.ng * FG_PER_NG;
	struct volume volume = {0};

	if (slot >= PATH_DRUGS_MAX || mass.ng < 0)
		return PUMP_ERANGE;
	for (size_t i = 0; i <= path->count; i++) {
		const struct path_segment *at = i < path->count ? &path->line[i] : &path->reservoir;

		if (at->volume.nl == 0)
			continue;
		if (!at->known)
			return PUMP_EUNKNOWN;
		if (at->fg[slot] > left) {
			volume.nl += (int64_t)(left * at->volume.nl / at->fg[slot]);
			break;
		}
		left -= at->fg[slot];
		volume.nl += at->volume.nl;
	}
	if (volume.nl > path->reservoir.volume.nl)
		return PUMP_ERANGE;
	*out = volume;
	return PUMP_OK;
}

static void add_amount(struct path_amount *into, const struct path_amount *part)
{
	into->volume.nl += part->volume.nl;
	into->unknown.nl += part->unknown.nl;
	for (size_t i = 0; i < PATH_DRUGS_MAX; i++)
		into->fg[i] += part->fg[i];
}

enum pump_err path_forecast(struct path *path, const struct path_step *steps, size_t step_count,
			    struct path_amount *hours, size_t count)
{
	size_t step = 0;
	int64_t into_step = 0;

	if (step_count < 1)
		return PUMP_ERANGE;
	for (size_t hour = 0; hour < count; hour++) {
		struct path_amount sum = {0}, part;
		int64_t left = SECONDS_PER_H;

		while (left > 0) {
			const bool is_last = step + 1 == step_count;
			int64_t now = left;
			enum pump_err err;

			if (!is_last && steps[step].time.s - into_step < now)
				now = steps[step].time.s - into_step;
			err = path_deliver_for(path, steps[step].rate, (struct duration){now}, &part);
			if (err != PUMP_OK)
				return err;
			add_amount(&sum, &part);
			left -= now;
			into_step += now;
			if (!is_last && into_step >= steps[step].time.s) {
				step++;
				into_step = 0;
			}
		}
		hours[hour] = sum;
	}
	return PUMP_OK;
}
