/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "path.h"

#include <string.h>

#include "path_queue.h"
#include "text.h"

#define FG_PER_NG INT64_C(1000000)

__extension__ typedef __int128 wide;

static bool is_volume(struct volume volume)
{
	return volume.nl >= 0 && volume.nl <= PATH_VOLUME_MAX;
}

enum pump_err path_init(struct path *path, const struct path_setup *setup)
{
	struct path_segment segment;
	enum pump_err err;

	memset(path, 0, sizeof(*path));
	if (!is_volume(setup->reservoir) || !is_volume(setup->tubing) || !is_volume(setup->catheter))
		return PUMP_ERANGE;
	path->tubing = setup->tubing;
	path->catheter = setup->catheter;
	err = path_make_liquid(path, setup->catheter, setup->catheter_holds, &segment);
	if (err == PUMP_OK) {
		path_push(path, &segment, false);
		err = path_make_liquid(path, setup->tubing, setup->tubing_holds, &segment);
	}
	if (err == PUMP_OK) {
		path_push(path, &segment, path_joins(path, &segment));
		err = path_make_liquid(path, setup->reservoir, setup->reservoir_holds,
				       &path->reservoir);
	}
	if (err != PUMP_OK)
		memset(path, 0, sizeof(*path));
	return err;
}

enum pump_err path_fill(struct path *path, struct volume volume, const struct path_contents *liquid,
			bool rinsed, struct path_amount *removed)
{
	const struct volume left = path->reservoir.volume;
	struct path_segment fresh;
	enum pump_err err;

	if (volume.nl < 1 || volume.nl > PATH_VOLUME_MAX - left.nl)
		return PUMP_ERANGE;
	if (rinsed)
		volume.nl += left.nl;
	err = path_make_liquid(path, volume, liquid, &fresh);
	if (err != PUMP_OK)
		return err;
	*removed = (struct path_amount){0};
	if (rinsed) {
		path_amount_add(removed, &path->reservoir);
		path->reservoir = fresh;
	} else {
		path_mix(&path->reservoir, &fresh);
	}
	return PUMP_OK;
}

enum pump_err path_reservoir_take(struct path *path, struct volume volume,
				  struct path_amount *removed)
{
	struct path_segment part;

	if (volume.nl < 0 || volume.nl > path->reservoir.volume.nl)
		return PUMP_ERANGE;
	path_split(&path->reservoir, volume, &part);
	*removed = (struct path_amount){0};
	path_amount_add(removed, &part);
	return PUMP_OK;
}

/* Segments that end within the first volume from the tip on. */
static size_t whole_segments(const struct path *path, struct volume volume)
{
	size_t whole = 0;

	while (whole < path->count && path->line[whole].volume.nl <= volume.nl)
		volume.nl -= path->line[whole++].volume.nl;
	return whole;
}

enum pump_err path_catheter_set(struct path *path, struct volume volume,
				const struct path_contents *contents, struct path_amount *removed)
{
	struct path_segment fresh;
	enum pump_err err;

	if (!is_volume(volume))
		return PUMP_ERANGE;
	if (path->count - whole_segments(path, path->catheter) == PATH_SEGMENTS_MAX)
		return PUMP_ERANGE;
	err = path_make_liquid(path, volume, contents, &fresh);
	if (err != PUMP_OK)
		return err;
	*removed = (struct path_amount){0};
	path_pop(path, path->catheter, removed);
	path->catheter = volume;
	if (path->count > 0 && path_same_liquid(&path->line[0], &fresh)) {
		path_mix(&path->line[0], &fresh);
	} else if (volume.nl > 0) {
		memmove(path->line + 1, path->line, path->count * sizeof(path->line[0]));
		path->line[0] = fresh;
		path->count++;
	}
	return PUMP_OK;
}

enum pump_err path_catheter_aspirate(struct path *path, struct path_amount *removed)
{
	static const struct path_contents none = {.holds = PATH_NO_DRUG};

	return path_catheter_set(path, path->catheter, &none, removed);
}

enum pump_err path_deliver(struct path *path, struct volume volume, struct path_amount *out)
{
	const bool joins = path_joins(path, &path->reservoir);
	struct path_segment part;

	if (volume.nl < 0 || volume.nl > path->reservoir.volume.nl)
		return PUMP_ERANGE;
	if (volume.nl > 0 && !joins && path->count == PATH_SEGMENTS_MAX &&
	    path->line[0].volume.nl > volume.nl)
		return PUMP_ERANGE;
	*out = (struct path_amount){0};
	path_split(&path->reservoir, volume, &part);
	path_push(path, &part, joins);
	path_pop(path, volume, out);
	return PUMP_OK;
}

enum pump_err path_deliver_for(struct path *path, struct volume_rate rate, struct duration time,
			       struct path_amount *out)
{
	const wide flow = (wide)rate.nl_per_day * time.s + path->carry;
	enum pump_err err;
	int64_t nl;

	if (rate.nl_per_day < 0 || time.s < 0 ||
	    flow >= (wide)(PATH_VOLUME_MAX + 1) * SECONDS_PER_DAY)
		return PUMP_ERANGE;
	nl = (int64_t)flow / SECONDS_PER_DAY;
	err = path_deliver(path, (struct volume){nl}, out);
	if (err == PUMP_OK)
		path->carry = (int64_t)flow % SECONDS_PER_DAY;
	return err;
}

enum pump_err path_drug_slot(const struct path *path, const char *name, size_t *slot)
{
	const size_t len = text_len(name);

	for (size_t i = 0; len > 0 && i < PATH_DRUGS_MAX; i++)
		if (text_equal(path->drugs[i], name, len)) {
			*slot = i;
			return PUMP_OK;
		}
	return PUMP_EUNKNOWN;
}

enum pump_err path_amount_mass(const struct path_amount *amount, size_t slot, enum rounding rounding,
			       struct mass *out)
{
	if (slot >= PATH_DRUGS_MAX)
		return PUMP_ERANGE;
	if (amount->unknown.nl > 0)
		return PUMP_EUNKNOWN;
	out->ng = amount->fg[slot] / FG_PER_NG;
	if (rounding == ROUND_UP && amount->fg[slot] % FG_PER_NG)
		out->ng++;
	return PUMP_OK;
}

enum pump_err path_reservoir_concentration(const struct path *path, size_t slot,
					   struct concentration *out)
{
	const struct path_segment *reservoir = &path->reservoir;

	if (slot >= PATH_DRUGS_MAX)
		return PUMP_ERANGE;
	if (reservoir->volume.nl == 0)
		return PUMP_ESTATE;
	if (!reservoir->known)
		return PUMP_EUNKNOWN;
	out->ng_per_ml = reservoir->fg[slot] / reservoir->volume.nl +
			 (reservoir->fg[slot] % reservoir->volume.nl != 0);
	return PUMP_OK;
}
