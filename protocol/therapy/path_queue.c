/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "path_queue.h"

#include <string.h>

#include "text.h"

/* Products of two 64-bit values fit without a check. */
__extension__ typedef __int128 wide;

bool path_same_liquid(const struct path_segment *a, const struct path_segment *b)
{
	if (a->known != b->known)
		return false;
	if (!a->known || a->liquid == b->liquid)
		return true;
	if (a->volume.nl == 0 || b->volume.nl == 0)
		return false;
	for (size_t i = 0; i < PATH_DRUGS_MAX; i++)
		if ((wide)a->fg[i] * b->volume.nl != (wide)b->fg[i] * a->volume.nl)
			return false;
	return true;
}

void path_split(struct path_segment *from, struct volume volume, struct path_segment *part)
{
	const int64_t whole = from->volume.nl;

	*part = *from;
	part->volume = volume;
	from->volume.nl -= volume.nl;
	/* fg * volume / whole, rounded down, in 64 bits: the remainder is less than whole, and the
	 * product of two volumes of a path fits. */
	for (size_t i = 0; i < PATH_DRUGS_MAX; i++) {
		int64_t fg = from->fg[i];

		part->fg[i] = whole && fg ? fg / whole * volume.nl + fg % whole * volume.nl / whole : 0;
		from->fg[i] -= part->fg[i];
	}
}

void path_mix(struct path_segment *into, const struct path_segment *part)
{
	if (part->volume.nl == 0)
		return;
	if (into->volume.nl == 0) {
		*into = *part;
		return;
	}
	into->volume.nl += part->volume.nl;
	into->liquid = part->liquid;
	into->known = into->known && part->known;
	for (size_t i = 0; i < PATH_DRUGS_MAX; i++)
		into->fg[i] = into->known ? into->fg[i] + part->fg[i] : 0;
}

void path_amount_add(struct path_amount *amount, const struct path_segment *segment)
{
	amount->volume.nl += segment->volume.nl;
	if (!segment->known)
		amount->unknown.nl += segment->volume.nl;
	for (size_t i = 0; i < PATH_DRUGS_MAX; i++)
		amount->fg[i] += segment->fg[i];
}

static bool slot_is_used(const struct path *path, size_t slot)
{
	if (path->drugs[slot][0] == '\0')
		return false;
	if (path->reservoir.fg[slot])
		return true;
	for (size_t i = 0; i < path->count; i++)
		if (path->line[i].fg[slot])
			return true;
	return false;
}

static size_t take_slot(struct path *path, const char *name, const bool *taken)
{
	const size_t len = text_len(name);
	size_t slot = 0;

	if (path_drug_slot(path, name, &slot) == PUMP_OK)
		return slot;
	if (!drug_name_is_valid(name, len))
		return PATH_DRUGS_MAX;
	for (slot = 0; slot < PATH_DRUGS_MAX; slot++)
		if (!taken[slot] && !slot_is_used(path, slot))
			break;
	if (slot < PATH_DRUGS_MAX)
		memcpy(path->drugs[slot], name, len + 1);
	return slot;
}

static enum pump_err add_drugs(struct path *path, const struct mixture *mixture,
			       struct path_segment *segment)
{
	bool taken[PATH_DRUGS_MAX] = {false};

	if (mixture->count < 1 || mixture->count > MIXTURE_MAX)
		return PUMP_ERANGE;
	for (size_t i = 0; i < mixture->count; i++) {
		const struct mixture_part *part = &mixture->parts[i];

		if (part->concentration.ng_per_ml < 1 ||
		    part->concentration.ng_per_ml > PATH_CONCENTRATION_MAX)
			return PUMP_ERANGE;
	}
	/* A drug that the path already holds keeps its slot from being given to a new one. */
	for (size_t i = 0; i < mixture->count; i++) {
		size_t slot;

		if (path_drug_slot(path, mixture->parts[i].name, &slot) == PUMP_OK)
			taken[slot] = true;
	}
	for (size_t i = 0; i < mixture->count; i++) {
		const struct mixture_part *part = &mixture->parts[i];
		const size_t slot = take_slot(path, part->name, taken);

		if (slot == PATH_DRUGS_MAX)
			return PUMP_ERANGE;
		taken[slot] = true;
		segment->fg[slot] += segment->volume.nl * part->concentration.ng_per_ml;
	}
	return PUMP_OK;
}

enum pump_err path_make_liquid(struct path *path, struct volume volume,
			       const struct path_contents *contents, struct path_segment *out)
{
	struct path_segment segment = {.volume = volume, .liquid = path->liquids + 1};
	char before[sizeof(path->drugs)];
	enum pump_err err = PUMP_OK;

	if (volume.nl < 0 || volume.nl > PATH_VOLUME_MAX)
		return PUMP_ERANGE;
	segment.known = contents->holds != PATH_UNKNOWN;
	memcpy(before, path->drugs, sizeof(before));
	if (contents->holds == PATH_DECLARED)
		err = add_drugs(path, &contents->mixture, &segment);
	if (err != PUMP_OK) {
		memcpy(path->drugs, before, sizeof(before));
		return err;
	}
	path->liquids++;
	*out = segment;
	return PUMP_OK;
}

bool path_joins(const struct path *path, const struct path_segment *source)
{
	return path->count > 0 && path_same_liquid(&path->line[path->count - 1], source);
}

void path_push(struct path *path, const struct path_segment *segment, bool joins)
{
	if (segment->volume.nl == 0)
		return;
	if (joins)
		path_mix(&path->line[path->count - 1], segment);
	else
		path->line[path->count++] = *segment;
}

void path_pop(struct path *path, struct volume volume, struct path_amount *out)
{
	size_t gone = 0;

	while (gone < path->count && path->line[gone].volume.nl <= volume.nl) {
		volume.nl -= path->line[gone].volume.nl;
		path_amount_add(out, &path->line[gone]);
		gone++;
	}
	path->count -= gone;
	memmove(path->line, path->line + gone, path->count * sizeof(path->line[0]));
	if (volume.nl > 0 && path->count > 0) {
		struct path_segment part;

		path_split(&path->line[0], volume, &part);
		path_amount_add(out, &part);
	}
}
