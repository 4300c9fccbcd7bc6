/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world.h"

#include <string.h>

#include "world_inside.h"

#define HOUR_MS 3600000

/* Fields of an order record (docs/protocol.md section 9): type, time, slot, workstation come first. */
enum {
	RECORD_WORKSTATION_AT = 2 + 8 + 1,
	RECORD_TOKEN_AT = RECORD_WORKSTATION_AT + 8,
	RECORD_KIND_AT = RECORD_TOKEN_AT + 8,
	RECORD_STAGE_AT = RECORD_KIND_AT + 2,
	RECORD_ACTIVE_AT = RECORD_STAGE_AT + 32,
	RECORD_THERAPY_AT = RECORD_ACTIVE_AT + 32,
	ORDER_RECORD_LEN = RECORD_THERAPY_AT + 1 + 8 + 32 + 4 + 16 + 16 + 8,
};

static uint64_t number_at(const uint8_t *bytes, size_t width)
{
	uint64_t value = 0;

	while (width-- > 0)
		value = value << 8 | bytes[width];
	return value;
}

/* Order records of a programmer's token in the pump's own list; the last of them in raw. */
static unsigned count_records(const struct world *w, const struct desk *desk, uint64_t token,
			      uint8_t raw[RECORD_MAX], uint64_t *seq)
{
	struct pump_view view;
	uint8_t record[RECORD_MAX];
	unsigned count = 0;

	pump_look(&w->pump, &view);
	for (uint64_t n = view.log_first; n <= view.log_last; n++) {
		if (pump_log_read(&w->pump, n, record) != ORDER_RECORD_LEN ||
		    number_at(record, 2) != 0x5533 || number_at(record + RECORD_TOKEN_AT, 8) != token ||
		    memcmp(record + RECORD_WORKSTATION_AT, desk->workstation, WORKSTATION_LEN) != 0)
			continue;
		memcpy(raw, record, sizeof record);
		*seq = n;
		count++;
	}
	return count;
}

static void check_applied(struct world *w, const struct order_intent *intent, const uint8_t *raw)
{
	world_expect(w, number_at(raw + RECORD_KIND_AT, 2) == intent->kind,
		     "the record is of the order's kind");
	world_expect(w, memcmp(raw + RECORD_STAGE_AT, intent->stage_digest, DIGEST_LEN) == 0,
		     "the record is of what was staged");
	world_expect(w, memcmp(raw + RECORD_ACTIVE_AT, intent->result_digest, DIGEST_LEN) == 0,
		     "the record has the image that was meant");
	world_expect(w, raw[RECORD_THERAPY_AT] == intent->result_therapy,
		     "the record has the therapy that was meant");
}

/* The order that the pump carried out last. */
struct last {
	const struct order_intent *intent;
	uint64_t seq;
};

/* The disk's verdicts against the pump's own list. */
static void check_desk(struct world *w, const struct desk *desk, struct last *last)
{
	for (size_t i = 0; i < desk->stored_count; i++) {
		const struct stored *stored = &desk->stored[i];
		uint8_t raw[RECORD_MAX];
		uint64_t seq = 0;
		unsigned count = count_records(w, desk, stored->intent.token, raw, &seq);

		world_expect(w, count <= 1, "a token runs at most once");
		/* Of a "no" that the disk lost, no evidence is left once a later token was used. */
		world_expect(w, stored->is_final || stored->is_lost, "every intent is settled");
		world_expect(w, stored->is_final || count == 0, "what ran is never left unsettled");
		world_expect(w, !stored->was_done || count == 1, "what the pump called done stays done");
		if (!stored->is_final)
			continue;
		world_expect(w, (stored->outcome == OUTCOME_APPLIED) == (count == 1),
			     "the verdict is what the pump did");
		if (count == 1)
			check_applied(w, &stored->intent, raw);
		if (count == 1 && seq > last->seq)
			*last = (struct last){&stored->intent, seq};
	}
}

void world_check_verdicts(struct world *w)
{
	struct last last = {NULL, 0};
	struct pump_view view;

	for (size_t i = 0; i < 2; i++)
		check_desk(w, &w->desks[i], &last);
	pump_look(&w->pump, &view);
	if (!last.intent)
		return;
	world_expect(w, view.therapy == last.intent->result_therapy,
		     "the therapy is the one applied last");
	world_expect(w, memcmp(view.active_digest, last.intent->result_digest, DIGEST_LEN) == 0,
		     "the image is the one applied last");
}

static void check_order(struct world *w, enum order_kind kind, unsigned number, const char *what)
{
	bool applied = world_order(w, kind, number) && w->desk->outcome.outcome == OUTCOME_APPLIED &&
		       !w->desk->outcome.differs;

	world_expect(w, applied, what);
}

static void check_archive(struct world *w)
{
	struct pump_view view;
	uint8_t raw[RECORD_MAX];

	world_expect(w, world_pull(w), "the log comes whole and its chain joins");
	pump_look(&w->pump, &view);
	world_expect(w, w->desk->archive_last == view.log_last, "the archive ends with the pump's log");
	for (uint64_t n = view.log_first; n <= view.log_last && n < ARCHIVE_MAX; n++) {
		size_t len = pump_log_read(&w->pump, n, raw);

		world_expect(w, len == w->desk->archive_len[n] &&
				     memcmp(raw, w->desk->archive[n], len) == 0,
			     "the archive is the pump's log");
	}
}

/* The second programmer comes again and learns what became of his orders. */
static void settle_second(struct world *w)
{
	if (w->desks[1].stored_count == 0)
		return;
	w->desk = &w->desks[1];
	world_close(w);
	world_expect(w, world_open(w), "the second programmer's session opens");
	world_close(w);
	w->desk = &w->desks[0];
}

/* The pump counts what left it, to the part of a stroke, whatever power was lost; nothing comes from nowhere. */
static void check_mass(struct world *w)
{
	const struct body *body = &w->pump.body;

	w->now_ms += HOUR_MS;
	pump_set_clocks(&w->pump, world_pump_ms(w), world_pump_ms(w) / 1000);
	world_run_pump(w);
	world_expect(w, body->reservoir_nl + body->delivered_nl == WORLD_RESERVOIR_NL,
		     "what left the reservoir was delivered");
	world_expect(w, body->delivered_nl == w->pump.counters.delivered_nl &&
				body->remainder == w->pump.counters.remainder,
		     "the pump has counted what was delivered");
}

void world_check_all(struct world *w)
{
	if (w->failure[0] != '\0')
		return;
	world_close(w);
	settle_second(w);
	if (!w->desk->is_paired)
		world_expect(w, world_pair(w), "the programmer can be paired again");
	world_close(w);
	world_expect(w, world_open(w), "a new session opens");
	world_check_verdicts(w);
	check_order(w, ORDER_STOP, 0, "therapy can be stopped");
	check_order(w, ORDER_MINIMUM, 0, "the minimum rate can be set");
	check_order(w, ORDER_RESUME, 0, "therapy can be resumed");
	if (w->desk->has_client && !client_has_open_intent(&w->desk->client))
		check_order(w, ORDER_PROGRAM, 9, "the next program can be applied");
	check_archive(w);
	world_check_verdicts(w);
	world_close(w);
	check_mass(w);
}

/* An order of which no evidence is left: its token lies below the pump's last, and was never used. */
static void open_one(struct desk *desk)
{
	desk->stored[desk->stored_count++] = (struct stored){
		.intent = {.serial = WORLD_SERIAL, .kind = ORDER_PROGRAM, .token = WORLD_SKIPPED_TOKEN}};
}

static bool stops(struct world *w, bool with_magnet)
{
	struct pump_view view;

	w->desk->disk_dead = true;
	w->desk->signs_nothing = with_magnet;
	/* A programmer that was just paired has given no order yet. */
	if (w->desk->last_token > 0)
		open_one(w->desk);
	if (with_magnet)
		pump_press_magnet(&w->pump, world_pump_ms(w));
	if (!world_open(w))
		return false;
	world_expect(w, client_has_open_intent(&w->desk->client) == (w->desk->last_token > 0),
		     "an order without evidence stays open");
	if (!world_order(w, ORDER_STOP, 0))
		return false;
	pump_look(&w->pump, &view);
	return w->desk->outcome.outcome == OUTCOME_APPLIED && view.therapy == THERAPY_STOPPED;
}

size_t world_check_safety(struct world *w)
{
	static struct world before;
	size_t stopped = 0;

	if (w->failure[0] != '\0')
		return 0;
	before = *w;
	for (int with_magnet = 0; with_magnet < 2; with_magnet++) {
		bool held;
		char failure[sizeof w->failure];

		/* Where the first programmer is not let in yet, another one is. */
		if (!w->desk->is_paired)
			w->desk = &w->desks[1];
		held = stops(w, with_magnet);
		memcpy(failure, w->failure, sizeof failure);
		*w = before;
		memcpy(w->failure, failure, sizeof failure);
		world_expect(w, held, "therapy can be stopped with a dead disk and an open order");
		stopped += held;
	}
	return stopped;
}
