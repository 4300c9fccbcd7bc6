/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random acts on a path: to the fg, what went in is what came out and what is still there. */
#include <stdio.h>
#include <string.h>

#include "path_ahead.h"
#include "path_queue.h"
#include "suite.h"

#define STEPS 1000000
#define NAMES 16 /* more than a path can hold at once */
#define CELLS 400

static uint64_t state;

static uint64_t any(uint64_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 11) % below;
}

/* Sizes of every order of magnitude, so that edges and middles both come up. */
static int64_t any_volume(uint64_t most)
{
	uint64_t below = 1;

	for (uint64_t digits = any(10); digits > 0 && below < most; digits--)
		below *= 10;
	return (int64_t)any((below < most ? below : most) + 1);
}

static struct path_contents any_contents(bool may_be_unknown)
{
	struct path_contents contents = {.holds = PATH_DECLARED};
	const uint64_t kind = any(10);

	if (kind == 0 || (kind == 1 && may_be_unknown)) {
		contents.holds = kind == 0 ? PATH_NO_DRUG : PATH_UNKNOWN;
		return contents;
	}
	contents.mixture.count = 1 + any(3);
	for (size_t i = 0; i < contents.mixture.count; i++) {
		contents.mixture.parts[i].name[0] = (char)('a' + any(NAMES));
		contents.mixture.parts[i].concentration.ng_per_ml =
			any(4) ? 1 + (int64_t)any(50000000) : PATH_CONCENTRATION_MAX - (int64_t)any(9);
	}
	return contents;
}

struct books {
	__extension__ __int128 in[NAMES], out[NAMES];
	int64_t volume_in, volume_out;
	unsigned acts, refused, fullest;
};

static void book_in(struct books *books, int64_t nl, const struct path_contents *contents)
{
	books->volume_in += nl;
	for (size_t i = 0; contents->holds == PATH_DECLARED && i < contents->mixture.count; i++)
		books->in[contents->mixture.parts[i].name[0] - 'a'] +=
			nl * contents->mixture.parts[i].concentration.ng_per_ml;
}

static void book_out(struct books *books, const struct path *path, const struct path_amount *out)
{
	books->volume_out += out->volume.nl;
	for (size_t i = 0; i < PATH_DRUGS_MAX; i++)
		if (out->fg[i])
			books->out[path->drugs[i][0] - 'a'] += out->fg[i];
}

static enum pump_err random_act(struct path *path, struct books *books, bool may_be_unknown,
				struct path_amount *out)
{
	const struct path_contents contents = any_contents(may_be_unknown);
	const int64_t left = path->reservoir.volume.nl;
	enum pump_err err;
	int64_t volume;

	switch (any(12)) {
	case 0:
	case 1: {
		const bool rinsed = any(2);

		volume = any_volume(40000000);
		err = path_fill(path, (struct volume){volume}, &contents, rinsed, out);
		if (err == PUMP_OK)
			book_in(books, volume + (rinsed ? left : 0), &contents);
		return err;
	}
	case 2:
		return path_reservoir_take(path, (struct volume){any_volume((uint64_t)left + 1)}, out);
	case 3:
		volume = any_volume(500000);
		err = path_catheter_set(path, (struct volume){volume}, &contents, out);
		if (err == PUMP_OK)
			book_in(books, volume, &contents);
		return err;
	case 4:
		volume = path->catheter.nl;
		err = path_catheter_aspirate(path, out);
		if (err == PUMP_OK)
			books->volume_in += volume;
		return err;
	case 5:
	case 6:
	case 7:
		return path_deliver_for(path, (struct volume_rate){any_volume(24000000)},
					(struct duration){any_volume(100000)}, out);
	default:
		return path_deliver(path, (struct volume){any_volume(2000000)}, out);
	}
}

static bool books_agree(const struct books *books, const struct path *path, bool masses)
{
	__extension__ __int128 held[NAMES] = {0};
	int64_t volume = path->reservoir.volume.nl, line = 0;

	for (size_t s = 0; s <= path->count; s++) {
		const struct path_segment *at = s < path->count ? &path->line[s] : &path->reservoir;

		line += s < path->count ? at->volume.nl : 0;
		for (size_t i = 0; i < PATH_DRUGS_MAX; i++) {
			if (at->fg[i] < 0 || (at->fg[i] && !at->known))
				return false;
			if (at->fg[i])
				held[path->drugs[i][0] - 'a'] += at->fg[i];
		}
	}
	if (line != path->tubing.nl + path->catheter.nl || path->count > PATH_SEGMENTS_MAX ||
	    books->volume_in - books->volume_out != volume + line)
		return false;
	for (size_t i = 0; masses && i < NAMES; i++)
		if (books->in[i] - books->out[i] != held[i])
			return false;
	return true;
}

static void run(struct books *books, unsigned steps, bool may_be_unknown)
{
	static struct path path, before;
	const struct path_contents reservoir = any_contents(false), tubing = any_contents(false),
				   catheter = any_contents(false);
	const struct path_setup setup = {{20000000}, {199000}, {234000}, &reservoir, &tubing, &catheter};

	memset(books, 0, sizeof(*books));
	ck_assert_int_eq(path_init(&path, &setup), PUMP_OK);
	book_in(books, setup.reservoir.nl, &reservoir);
	book_in(books, setup.tubing.nl, &tubing);
	book_in(books, setup.catheter.nl, &catheter);
	for (unsigned i = 0; i < steps; i++) {
		struct path_amount out;
		enum pump_err err;

		memcpy(&before, &path, sizeof(path));
		err = random_act(&path, books, may_be_unknown, &out);
		if (err == PUMP_OK) {
			book_out(books, &path, &out);
			books->acts++;
		} else if (err != PUMP_ERANGE || memcmp(&path, &before, sizeof(path)) != 0) {
			ck_abort_msg("step %u: error %d, or it left a mark", i, (int)err);
		} else {
			books->refused++;
		}
		if (path.count > books->fullest)
			books->fullest = (unsigned)path.count;
		if (!books_agree(books, &path, !may_be_unknown))
			ck_abort_msg("step %u: the books do not agree", i);
	}
}

START_TEST(a_million_random_acts_conserve_every_drug_to_the_femtogram)
{
	static struct books books;

	state = UINT64_C(0x9e3779b97f4a7c15);
	run(&books, STEPS * 3 / 2, false);
	printf("cases: %u random acts on a path, every drug conserved to the femtogram\n", books.acts);
	ck_assert_uint_ge(books.acts, STEPS);
	ck_assert_uint_gt(books.refused, 100);
	ck_assert_uint_ge(books.fullest, 8);
}
END_TEST

START_TEST(with_unknown_contents_volume_is_conserved_and_nothing_unknown_has_a_mass)
{
	static struct books books;

	state = UINT64_C(0xd1342543de82ef95);
	run(&books, STEPS / 5, true);
	ck_assert_uint_gt(books.acts, STEPS / 10);
}
END_TEST

/* The same line as a row of single nanolitres, each with its concentration: no queue at all. */
struct row {
	int64_t cells[CELLS];
	size_t count;
	int64_t reservoir;
};

static int64_t row_deliver(struct row *row, size_t nl)
{
	int64_t fg = 0;

	for (; nl > 0; nl--) {
		fg += row->count ? row->cells[0] : row->reservoir;
		if (row->count) {
			memmove(row->cells, row->cells + 1, (row->count - 1) * sizeof(row->cells[0]));
			row->cells[row->count - 1] = row->reservoir;
		}
	}
	return fg;
}

START_TEST(the_queue_delivers_what_a_row_of_single_nanolitres_delivers)
{
	struct path_contents liquid = {.holds = PATH_DECLARED, .mixture = {1, {{"a", {3}}}}};
	const struct path_setup setup = {{10000000}, {CELLS / 2}, {CELLS / 2}, &liquid, &liquid, &liquid};
	static struct row row = {.count = CELLS, .reservoir = 3};
	struct path_amount out;
	static struct path path;

	state = UINT64_C(0x2545f4914f6cdd1d);
	for (size_t i = 0; i < CELLS; i++)
		row.cells[i] = 3;
	ck_assert_int_eq(path_init(&path, &setup), PUMP_OK);
	for (unsigned i = 0; i < 20000; i++) {
		const size_t nl = any(any(10) ? 90 : 2 * CELLS);

		if (any(4) == 0) {
			liquid.mixture.parts[0].concentration.ng_per_ml = row.reservoir =
				1 + (int64_t)any(5);
			if (path_fill(&path, (struct volume){1000}, &liquid, true, &out) != PUMP_OK)
				ck_abort();
		} else if (any(50) == 0) {
			if (path_catheter_aspirate(&path, &out) != PUMP_OK)
				ck_abort();
			memset(row.cells, 0, CELLS / 2 * sizeof(row.cells[0]));
		}
		if (path_deliver(&path, (struct volume){(int64_t)nl}, &out) != PUMP_OK) {
			/* A refusal moved nothing: the row stays as it is too. */
			if (path.count != PATH_SEGMENTS_MAX)
				ck_abort_msg("step %u", i);
			continue;
		}
		if (out.fg[0] != row_deliver(&row, nl))
			ck_abort_msg("step %u", i);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_million_random_acts_conserve_every_drug_to_the_femtogram,
		with_unknown_contents_volume_is_conserved_and_nothing_unknown_has_a_mass,
		the_queue_delivers_what_a_row_of_single_nanolitres_delivers,
		NULL,
	};

	return suite_run_tests("path_mass", tests, NULL, NULL);
}
