/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An outcome that the disk did not take is not forgotten: it is stored before the next order. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "session_state.h"
#include "suite.h"
#include "temporary.h"

static char dir[64];
static struct audit *audit;
static struct session *session;
static bool fail_sync;

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);

int __wrap_fdatasync(int fd)
{
	if (!fail_sync)
		return __real_fdatasync(fd);
	errno = EIO;
	return -1;
}

static void setup(void)
{
	temporary_make(dir, sizeof(dir));
	ck_assert_int_eq(audit_open(&audit, dir), 0);
	session = calloc(1, sizeof(*session));
	ck_assert_ptr_nonnull(session);
	session->config.audit = audit;
	session->config.state_dir = dir;
	session->order_text = "PX20-000123 stop";
	(void)snprintf(session->pairing.serial, sizeof(session->pairing.serial), "PX20-000123");
}

static void teardown(void)
{
	free(session);
	audit_close(audit);
	temporary_remove(dir);
}

static void store_intent(uint64_t token, bool gets_safe)
{
	struct order_intent intent = {.serial = "PX20-000123", .token = token,
				      .kind = gets_safe ? ORDER_STOP : ORDER_PROGRAM,
				      .gets_safe = gets_safe};
	session_store_intent(session, &intent);
}

static void store_outcome(uint64_t token, bool resolution)
{
	const struct client_outcome outcome = {.token = token, .outcome = OUTCOME_REFUSED,
					       .reason = "refused-by-pump"};
	session_store_outcome(session, &outcome, resolution);
}

static void move_trail(const char *from, const char *to)
{
	char a[96], b[96];
	(void)snprintf(a, sizeof(a), "%s/%s", dir, from);
	(void)snprintf(b, sizeof(b), "%s/%s", dir, to);
	ck_assert_int_eq(rename(a, b), 0);
}

/* What the file itself says is open. */
static size_t open_in_file(struct audit_intent out[AUDIT_OPEN_MAX])
{
	struct audit *fresh;
	ck_assert_int_eq(audit_open(&fresh, dir), 0);
	ck_assert_int_eq(audit_state(fresh), AUDIT_SOUND);
	const size_t count = audit_open_intents(fresh, NULL, out, AUDIT_OPEN_MAX);
	audit_close(fresh);
	return count;
}

START_TEST(outcome_not_stored_is_stored_before_the_next_intent)
{
	struct audit_intent out[AUDIT_OPEN_MAX];
	store_intent(1, false);
	move_trail("audit", "away");
	store_outcome(1, _i);
	ck_assert_ptr_nonnull(session_trail_gap(session));
	move_trail("away", "audit");
	ck_assert_uint_eq(open_in_file(out), 1);
	store_intent(2, true);
	ck_assert_uint_eq(open_in_file(out), 1);
	ck_assert_uint_eq(out[0].token, 2);
	ck_assert_ptr_null(session_trail_gap(session));
}
END_TEST

START_TEST(outcome_that_a_broken_trail_refused_is_stored_once_it_was_read_again)
{
	struct audit_intent out[AUDIT_OPEN_MAX];
	struct rlimit before, none;
	store_intent(1, false);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	(void)signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
	store_outcome(1, false);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
	ck_assert_int_eq(audit_state(audit), AUDIT_DAMAGED);
	session_store_unsaved(session);
	ck_assert_uint_eq(open_in_file(out), 0);
	ck_assert_ptr_null(session_trail_gap(session));
}
END_TEST

START_TEST(session_begins_with_what_another_process_left_open)
{
	struct audit *other;
	struct order_intent open[INTENTS_MAX];
	struct audit_intent left = {.serial = "PX20-000123", .token = 7};
	ck_assert_int_eq(audit_open(&other, dir), 0);
	ck_assert_int_eq(audit_intent(other, &left, NULL, NULL), 0);
	audit_close(other);
	ck_assert_uint_eq(session_load_intents(session, open, INTENTS_MAX), 1);
	ck_assert_uint_eq(open[0].token, 7);
	ck_assert_uint_eq(audit_last_token(audit, "PX20-000123"), 7);
}
END_TEST

START_TEST(intent_that_was_written_though_its_write_failed_gets_its_outcome)
{
	struct audit_intent out[AUDIT_OPEN_MAX];
	fail_sync = true;
	store_intent(1, true);
	fail_sync = false;
	ck_assert(session->intent_missing);
	ck_assert_uint_eq(open_in_file(out), 1);
	store_outcome(1, false);
	session_store_unsaved(session);
	ck_assert_uint_eq(open_in_file(out), 0);
}
END_TEST

START_TEST(getting_safe_goes_on_while_no_outcome_can_be_stored)
{
	store_intent(1, false);
	move_trail("audit", "away");
	for (uint64_t token = 1; token <= AUDIT_OPEN_MAX + 3; token++)
		store_outcome(token, false);
	store_intent(20, true);
	ck_assert(session->intent_missing);
	ck_assert_ptr_nonnull(session_trail_gap(session));
	move_trail("away", "audit");
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("session_store");
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, outcome_not_stored_is_stored_before_the_next_intent, 0, 2);
	tcase_add_test(tc, outcome_that_a_broken_trail_refused_is_stored_once_it_was_read_again);
	tcase_add_test(tc, session_begins_with_what_another_process_left_open);
	tcase_add_test(tc, intent_that_was_written_though_its_write_failed_gets_its_outcome);
	tcase_add_test(tc, getting_safe_goes_on_while_no_outcome_can_be_stored);
	return suite_run(tc);
}
