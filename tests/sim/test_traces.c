/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counterexamples of broken designs against the real code. A trace of tests/formal/traces says what
 * happens to each order of one programmer: whether its intent was stored, whether the pump carried
 * it out, and what went wrong. Every fault of the simulated world that does just that is tried at every
 * place, and afterwards everything must hold that the broken design violates.
 *
 * Traces that need a second programmer, a deadline or a block that rots are not replayed here.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "records.h"
#include "suite.h"
#include "world.h"

#define ORDERS_MAX 4
#define MISSES_MAX 4
#define TRACE_SECONDS 240

/* What a trace says of one order. */
struct told {
	enum order_kind kind;
	bool intent, executed, power, repeated, answered, silent;
	bool may_do_anything; /* the store's traces say nothing of intents */
};

static struct world world, saved[ORDERS_MAX];
static struct told told[ORDERS_MAX];
static size_t told_count, replayed;
static bool silent; /* in the session that comes next */
static const char *trace_name;

static struct told *begin_order(enum order_kind kind, bool may_do_anything)
{
	ck_assert_uint_lt(told_count, ORDERS_MAX);
	told[told_count] = (struct told){.kind = kind, .may_do_anything = may_do_anything, .silent = silent};
	silent = false;
	return &told[told_count++];
}

static void read_line(const char *line, struct told **order)
{
	char word[24], what[16] = "";

	ck_assert_int_ge(sscanf(line, "%23s %*s %15s", word, what), 1);
	silent |= strcmp(word, "silent") == 0;
	if (strcmp(word, "order") == 0)
		*order = begin_order(strcmp(what, "stop") == 0 ? ORDER_STOP : ORDER_PROGRAM, false);
	else if (strcmp(word, "store-block") == 0 || (strcmp(word, "power-loss") == 0 && !*order))
		*order = begin_order(ORDER_PROGRAM, true);
	else if (strcmp(word, "resent") == 0)
		*order = NULL; /* what comes now the real code does not do */
	if (!*order)
		return;
	(*order)->executed |= strcmp(word, "executed") == 0;
	/* The real code runs nothing without an intent, whatever the broken design did. */
	(*order)->intent |= (*order)->executed || strcmp(word, "intent") == 0;
	(*order)->power |= strcmp(word, "power-loss") == 0;
	(*order)->repeated |= strcmp(word, "repeated") == 0;
	(*order)->answered |= strcmp(word, "answered") == 0;
}

static void read_trace(const char *name)
{
	char path[512], line[128];
	struct told *order = NULL;
	FILE *file;

	snprintf(path, sizeof path, "%s/formal/traces/%s", TEST_DATA, name);
	file = fopen(path, "r");
	ck_assert_msg(file, "%s is missing", path);
	told_count = 0;
	silent = false;
	while (fgets(line, sizeof line, file))
		if (line[0] != '#')
			read_line(line, &order);
	fclose(file);
	ck_assert_uint_gt(told_count, 0);
}

/* Orders in the pump's own log. */
static size_t orders_run(void)
{
	uint8_t raw[RECORD_MAX];
	struct pump_view view;
	size_t count = 0;

	pump_look(&world.pump, &view);
	for (uint64_t n = view.log_first; n <= view.log_last; n++)
		if (pump_log_read(&world.pump, n, raw) > 2 && (raw[0] | raw[1] << 8) == RECORD_ORDER)
			count++;
	return count;
}

static void replay_from(size_t index);

/* A pump that would not say leaves an intent open. So does a disk that does not keep what it said. */
static struct fault silence(bool is_silent)
{
	return (struct fault){.kind = is_silent ? FAULT_STORE : FAULT_NONE, .at = 1};
}

static void finish(const struct fault *fault)
{
	if (silent) {
		world_close(&world);
		world_plan(&world, silence(true));
		world_expect(&world, world_open(&world) && world_order(&world, ORDER_STOP, 0),
			     "an open intent does not keep therapy from being stopped");
	}
	world_plan(&world, (struct fault){.kind = FAULT_NONE});
	world_check_all(&world);
	replayed++;
	if (world.failure[0] != '\0')
		ck_abort_msg("%s: fault %d at %zu, %zu: not so: %s", trace_name, (int)fault->kind, fault->at,
			     fault->extra, world.failure);
}

/* One order with one fault. False: there was no such place. */
static bool try_order(size_t index, struct fault fault, bool *goes_on)
{
	const struct told *order = &told[index];
	size_t stored, ran;

	memcpy(&world, &saved[index], sizeof world);
	world_close(&world);
	world_plan(&world, silence(order->silent));
	ck_assert(world_open(&world));
	stored = world.desk->stored_count;
	ran = orders_run();
	world_plan(&world, fault);
	world_order(&world, order->kind, (unsigned)index + 1);
	if (fault.kind != FAULT_NONE && world_happened(&world) == 0)
		return false;
	while (world.is_restarting || world.desk->link_dropping || world.is_storing)
		world_step(&world);
	if (!order->may_do_anything && ((world.desk->stored_count > stored) != order->intent ||
					(orders_run() > ran) != order->executed))
		return true;
	if (index + 1 == told_count) {
		finish(&fault);
	} else if (*goes_on) {
		*goes_on = false; /* the first place of each kind is enough for what comes after */
		memcpy(&saved[index + 1], &world, sizeof world);
		replay_from(index + 1);
	}
	return true;
}

static void try_places(size_t index, struct fault fault)
{
	bool goes_on = true;
	size_t missed = 0;

	/* Some packets cannot be spoiled: only several misses in a row are the end. */
	for (fault.at = 1; missed < MISSES_MAX; fault.at++)
		missed = try_order(index, fault, &goes_on) ? 0 : missed + 1;
}

static void replay_from(size_t index)
{
	static const enum fault_kind troubles[] = {FAULT_CRASH, FAULT_CRASH_SENT, FAULT_CUT_BEFORE,
						   FAULT_CUT_AFTER, FAULT_NOT_SENT};
	const struct told *order = &told[index];
	bool goes_on = true;

	if (order->answered) {
		try_order(index, (struct fault){.kind = FAULT_NONE}, &goes_on);
	} else if (order->power) {
		for (size_t byte = 0; byte < 4000; byte += 97)
			try_places(index, (struct fault){.kind = FAULT_POWER, .extra = byte});
		try_places(index, (struct fault){.kind = FAULT_NVM_FAIL});
	} else if (order->repeated) {
		try_places(index, (struct fault){.kind = FAULT_DUPLICATE});
	} else {
		for (size_t i = 0; i < sizeof troubles / sizeof troubles[0]; i++)
			try_places(index, (struct fault){.kind = troubles[i]});
	}
}

static const char *const TRACES[] = {
	"answer-before-store", "asked-while-writing", "getting-safe-blocked", "intent-after-commit",
	"last-token-only",     "log-before-block",    "no-checksum",          "no-redo",
	"old-sessions-live",   "reconcile-skipped",   "resend",               "single-slot",
	"store-answers-first", "time-out-is-failure", "token-re-executed",
};

#define TRACE_COUNT (int)(sizeof TRACES / sizeof TRACES[0])

START_TEST(the_real_code_passes_where_a_broken_design_fails)
{
	trace_name = TRACES[_i];
	replayed = 0;
	read_trace(trace_name);
	world_init(&world, 247);
	memcpy(&saved[0], &world, sizeof world);
	replay_from(0);
	printf("%s: %zu schedules\n", trace_name, replayed);
	ck_assert_uint_gt(replayed, 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("traces");

	tcase_set_timeout(tcase, TRACE_SECONDS);
	tcase_add_loop_test(tcase, the_real_code_passes_where_a_broken_design_fails, 0, TRACE_COUNT);
	return suite_run(tcase);
}
