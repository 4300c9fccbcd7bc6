/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world.h"

#include <string.h>

/* Fields of an order record (docs/protocol.md section 9): type, time, slot, workstation come first. */
enum {
	RECORD_TOKEN_AT = 2 + 8 + 1 + 8,
	RECORD_KIND_AT = RECORD_TOKEN_AT + 8,
	RECORD_STAGE_AT = RECORD_KIND_AT + 2,
	RECORD_ACTIVE_AT = RECORD_STAGE_AT + 32,
	RECORD_THERAPY_AT = RECORD_ACTIVE_AT + 32,
	ORDER_RECORD_LEN = RECORD_THERAPY_AT + 1 + 8 + 32 + 4 + 16 + 16 + 8,
};

struct program world_program(unsigned number)
{
	struct program program = {.mode = PROGRAM_SIMPLE,
				  .dose = {1200000 + 100000 * (int64_t)number},
				  .low_alarm = {2000000},
				  .mixture = {.count = 2}};

	memcpy(program.mixture.parts[0].name, "morphine", sizeof "morphine");
	program.mixture.parts[0].concentration.ng_per_ml = 7000000;
	memcpy(program.mixture.parts[1].name, "bupivacaine", sizeof "bupivacaine");
	program.mixture.parts[1].concentration.ng_per_ml = 3000001;
	return program;
}

void world_program_digest(unsigned number, uint8_t digest[DIGEST_LEN])
{
	struct program program = world_program(number);

	if (client_program_digest(&program, digest) != PUMP_OK)
		memset(digest, 0, DIGEST_LEN);
}

bool world_open(struct world *w)
{
	world_connect(w);
	world_run(w, &w->is_ready);
	return w->is_ready && !w->is_ended;
}

void world_close(struct world *w)
{
	if (w->has_client)
		world_kill_client(w);
	if (w->link_dropping)
		world_step(w);
}

static bool is_up(const struct world *w)
{
	return w->has_client && !w->is_ended;
}

/* A ping may be on its way. */
static bool wait_idle(struct world *w)
{
	for (int i = 0; i < 1000 && is_up(w) && !client_is_idle(&w->client); i++)
		world_step(w);
	return is_up(w) && client_is_idle(&w->client);
}

/* The request was made with err; true if its answer is a report of type. */
static bool answered(struct world *w, enum pump_err err, enum report_type type)
{
	world_expect(w, err == PUMP_OK, "an idle client takes a request");
	world_run(w, &w->has_report);
	return w->has_report && w->report.type == type;
}

static bool ready_to_ask(struct world *w)
{
	w->has_report = false;
	return wait_idle(w);
}

static bool look(struct world *w, uint8_t active[DIGEST_LEN])
{
	if (!ready_to_ask(w) ||
	    !answered(w, client_read_status(&w->client, w->now_ms), REPORT_STATUS))
		return false;
	memcpy(active, w->report.as.status.active_digest, DIGEST_LEN);
	return ready_to_ask(w) &&
	       answered(w, client_read_program(&w->client, w->now_ms), REPORT_PROGRAM);
}

static bool stage(struct world *w, enum order_kind kind, unsigned number,
		  const uint8_t active[DIGEST_LEN])
{
	struct program program = world_program(number);
	bool is_program = kind == ORDER_PROGRAM;

	return ready_to_ask(w) &&
	       answered(w,
			client_stage(&w->client, kind, is_program ? &program : NULL,
				     is_program ? active : NULL, w->now_ms),
			REPORT_STAGED);
}

bool world_order(struct world *w, enum order_kind kind, unsigned number)
{
	uint8_t active[DIGEST_LEN], digest[DIGEST_LEN];

	w->has_outcome = false;
	if (!look(w, active) || !stage(w, kind, number, active))
		return false;
	memcpy(digest, w->report.as.staged.stage_digest, DIGEST_LEN);
	if (!wait_idle(w))
		return false;
	world_expect(w, client_confirm(&w->client, digest, w->now_ms) == PUMP_OK,
		     "what is staged can be confirmed");
	world_run(w, &w->has_outcome);
	return w->has_outcome;
}

bool world_pull(struct world *w)
{
	static const uint8_t before_all[DIGEST_LEN];
	struct msg_range range;

	if (!ready_to_ask(w) ||
	    !answered(w, client_read_range(&w->client, w->now_ms), REPORT_RANGE))
		return false;
	range = w->report.as.range;
	return ready_to_ask(w) &&
	       answered(w,
			client_pull(&w->client, range.epoch, range.first, range.last,
				    range.first == 1 ? before_all : range.before, range.last_hash,
				    w->now_ms),
			REPORT_PULLED);
}

static uint64_t number_at(const uint8_t *bytes, size_t width)
{
	uint64_t value = 0;

	while (width-- > 0)
		value = value << 8 | bytes[width];
	return value;
}

/* Order records of token in the pump's own list; the last of them in raw. */
static unsigned count_records(const struct world *w, uint64_t token, uint8_t raw[RECORD_MAX],
			      uint64_t *seq)
{
	struct pump_view view;
	uint8_t record[RECORD_MAX];
	unsigned count = 0;

	pump_look(&w->pump, &view);
	for (uint64_t n = view.log_first; n <= view.log_last; n++) {
		if (pump_log_read(&w->pump, n, record) != ORDER_RECORD_LEN ||
		    number_at(record, 2) != 0x5533 || number_at(record + RECORD_TOKEN_AT, 8) != token)
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

/* The disk's verdicts against the pump's own list, and what it runs. */
static void check_verdicts(struct world *w)
{
	const struct order_intent *last = NULL;
	uint64_t last_seq = 0;
	struct pump_view view;

	for (size_t i = 0; i < w->stored_count; i++) {
		const struct stored *stored = &w->stored[i];
		uint8_t raw[RECORD_MAX];
		uint64_t seq = 0;
		unsigned count = count_records(w, stored->intent.token, raw, &seq);

		world_expect(w, count <= 1, "a token runs at most once");
		/* Of a "no" that the disk lost, no evidence is left once a later token was used. */
		world_expect(w, stored->is_final || stored->is_lost, "every intent is settled");
		world_expect(w, stored->is_final || count == 0, "what ran is never left unsettled");
		if (!stored->is_final)
			continue;
		world_expect(w, (stored->outcome == OUTCOME_APPLIED) == (count == 1),
			     "the verdict is what the pump did");
		if (count == 1)
			check_applied(w, &stored->intent, raw);
		if (count == 1 && seq > last_seq) {
			last_seq = seq;
			last = &stored->intent;
		}
	}
	pump_look(&w->pump, &view);
	if (!last)
		return;
	world_expect(w, view.therapy == last->result_therapy, "the therapy is the one applied last");
	world_expect(w, memcmp(view.active_digest, last->result_digest, DIGEST_LEN) == 0,
		     "the image is the one applied last");
}

static void check_order(struct world *w, enum order_kind kind, unsigned number, const char *what)
{
	bool applied = world_order(w, kind, number) && w->outcome.outcome == OUTCOME_APPLIED &&
		       !w->outcome.differs;

	world_expect(w, applied, what);
}

static void check_archive(struct world *w)
{
	struct pump_view view;
	uint8_t raw[RECORD_MAX];

	world_expect(w, world_pull(w), "the log comes whole and its chain joins");
	pump_look(&w->pump, &view);
	world_expect(w, w->archive_last == view.log_last, "the archive ends with the pump's log");
	for (uint64_t n = view.log_first; n <= view.log_last && n < ARCHIVE_MAX; n++) {
		size_t len = pump_log_read(&w->pump, n, raw);

		world_expect(w, len == w->archive_len[n] && memcmp(raw, w->archive[n], len) == 0,
			     "the archive is the pump's log");
	}
}

void world_check_all(struct world *w)
{
	if (w->failure[0] != '\0')
		return;
	world_close(w);
	world_expect(w, world_open(w), "a new session opens");
	check_verdicts(w);
	check_order(w, ORDER_STOP, 0, "therapy can be stopped");
	check_order(w, ORDER_MINIMUM, 0, "the minimum rate can be set");
	check_order(w, ORDER_RESUME, 0, "therapy can be resumed");
	if (w->has_client && !client_has_open_intent(&w->client))
		check_order(w, ORDER_PROGRAM, 9, "the next program can be applied");
	check_archive(w);
	check_verdicts(w);
	world_close(w);
}
