/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "path_day.h"

#include <string.h>

/* In the minute that begins so many minutes after the program; a bridge holds the schedule back. */
static struct volume_rate rate_in(const struct path_day *day, int64_t minutes)
{
	const struct schedule *s = day->schedule;
	const struct schedule_burst *burst = &s->periodic;
	struct volume_rate rate = schedule_rate_at(s, (day->minute + minutes) % MINUTES_PER_WEEK);
	int64_t since = minutes * 60;

	if (burst->volume.nl > 0 && since >= burst->interval.s &&
	    since % burst->interval.s < burst->duration.s)
		rate.nl_per_day += burst->rate.nl_per_day;
	return rate;
}

static void add(struct path_amount *sum, const struct path_amount *piece)
{
	sum->volume.nl += piece->volume.nl;
	sum->unknown.nl += piece->unknown.nl;
	for (size_t i = 0; i < PATH_DRUGS_MAX; i++)
		sum->fg[i] += piece->fg[i];
}

enum pump_err path_day_ahead(struct path *path, const struct path_day *day, struct path_amount *out)
{
	struct volume left = day->bridge;

	memset(out, 0, sizeof *out);
	for (int64_t minutes = 0; minutes < MINUTES_PER_DAY; minutes++) {
		struct volume_rate rate = left.nl > 0 ? day->bridge_rate : rate_in(day, minutes);
		struct path_amount piece;
		enum pump_err err = path_deliver_for(path, rate, (struct duration){60}, &piece);

		if (err != PUMP_OK)
			return err;
		left.nl -= left.nl > piece.volume.nl ? piece.volume.nl : left.nl;
		add(out, &piece);
	}
	return PUMP_OK;
}
