/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit.h"
#include "json.h"
#include "suite.h"
#include "temporary.h"

static char dir[64];
static struct audit *audit;

static void setup(void)
{
	temporary_make(dir, sizeof(dir));
	ck_assert_int_eq(audit_open(&audit, dir), 0);
	audit_set_context(audit, "PX20-000123", true, "00112233");
}

static void teardown(void)
{
	audit_close(audit);
	temporary_remove(dir);
}

static void reopen(void)
{
	audit_close(audit);
	ck_assert_int_eq(audit_open(&audit, dir), 0);
}

static struct audit_intent make_intent(uint64_t token, bool gets_safe)
{
	struct audit_intent intent = {.token = token, .kind = 0x3333, .result_state = 0x55,
				      .not_after = UINT64_MAX, .gets_safe = gets_safe};
	(void)snprintf(intent.serial, sizeof(intent.serial), "%s", "PX20-000123");
	(void)snprintf(intent.text, sizeof(intent.text), "%s", "PX20-000123 morphine 1.2 mg/day");
	memset(intent.stage_digest, 0xa1, 32);
	memset(intent.expected_digest, 0xb2, 32);
	memset(intent.result_digest, 0xc3, 32);
	return intent;
}

static void verify_is_sound(uint64_t records)
{
	struct audit_report report;
	struct audit_head head;
	ck_assert_int_eq(audit_verify(audit_path(audit), &report), 0);
	ck_assert_str_eq(report.problem, "");
	ck_assert_uint_eq(report.records, records);
	audit_head(audit, &head);
	ck_assert_uint_eq(head.size, records);
	ck_assert_mem_eq(head.root, report.root, 32);
}

START_TEST(new_trail_starts_with_a_record_and_verifies)
{
	verify_is_sound(1);
	ck_assert_int_eq(audit_state(audit), AUDIT_SOUND);
}
END_TEST

START_TEST(open_intent_survives_reopening_with_every_field)
{
	struct audit_head head;
	struct audit_intent out[2];
	const struct audit_intent intent = make_intent(UINT64_C(18446744073709551615), false);
	ck_assert_int_eq(audit_intent(audit, &intent, NULL, &head), 0);
	ck_assert_uint_eq(head.size, 2);
	reopen();
	ck_assert_uint_eq(audit_open_intents(audit, "PX20-000123", out, 2), 1);
	ck_assert_mem_eq(&out[0], &intent, sizeof(intent));
	ck_assert_uint_eq(audit_last_token(audit, "PX20-000123"), UINT64_MAX);
	ck_assert_uint_eq(audit_last_token(audit, "PX20-000124"), 0);
	verify_is_sound(2);
}
END_TEST

START_TEST(unknown_keeps_an_intent_open_and_a_resolution_closes_it)
{
	struct audit_intent out[1];
	const struct audit_intent intent = make_intent(1, false);
	ck_assert_int_eq(audit_intent(audit, &intent, NULL, NULL), 0);
	ck_assert_int_eq(audit_outcome(audit, intent.serial, 1, AUDIT_UNKNOWN, "link-lost", false, NULL), 0);
	reopen();
	ck_assert_uint_eq(audit_open_intents(audit, NULL, out, 1), 1);
	ck_assert_int_eq(audit_outcome(audit, intent.serial, 1, AUDIT_APPLIED, "recorded", true, NULL), 0);
	ck_assert_uint_eq(audit_open_intents(audit, NULL, out, 1), 0);
	ck_assert_int_eq(audit_outcome(audit, intent.serial, 1, AUDIT_APPLIED, "again", true, NULL), -ENOENT);
	verify_is_sound(4);
}
END_TEST

START_TEST(second_intent_for_a_pump_is_refused_unless_it_gets_safe)
{
	const struct audit_intent first = make_intent(1, false), second = make_intent(2, false),
				  safe = make_intent(2, true);
	ck_assert_int_eq(audit_intent(audit, &first, NULL, NULL), 0);
	ck_assert_int_eq(audit_intent(audit, &second, NULL, NULL), -EBUSY);
	ck_assert_int_eq(audit_intent(audit, &safe, NULL, NULL), 0);
	ck_assert_int_eq(audit_outcome(audit, first.serial, 2, AUDIT_APPLIED, "x", false, NULL), 0);
	verify_is_sound(4);
}
END_TEST

START_TEST(token_cannot_be_used_twice)
{
	const struct audit_intent intent = make_intent(5, false);
	ck_assert_int_eq(audit_intent(audit, &intent, NULL, NULL), 0);
	ck_assert_int_eq(audit_outcome(audit, intent.serial, 5, AUDIT_REFUSED, "x", false, NULL), 0);
	ck_assert_int_eq(audit_intent(audit, &intent, NULL, NULL), -EINVAL);
	verify_is_sound(3);
}
END_TEST

START_TEST(program_is_recorded_once)
{
	uint8_t digest[32] = {7};
	ck_assert_int_eq(audit_program(audit, digest, digest, 32, "text"), 0);
	ck_assert_int_eq(audit_program(audit, digest, digest, 32, "text"), 0);
	reopen();
	ck_assert_int_eq(audit_program(audit, digest, digest, 32, "text"), 0);
	verify_is_sound(2);
}
END_TEST

START_TEST(program_that_another_process_recorded_meanwhile_is_not_recorded_twice)
{
	uint8_t digest[32] = {7};
	struct audit *other;
	ck_assert_int_eq(audit_open(&other, dir), 0);
	ck_assert_int_eq(audit_program(other, digest, digest, 32, "text"), 0);
	ck_assert_int_eq(audit_program(audit, digest, digest, 32, "text"), 0);
	ck_assert_int_eq(audit_append(audit, "note", NULL, NULL), 0);
	audit_close(other);
	verify_is_sound(3);
}
END_TEST

START_TEST(record_that_no_reader_would_take_is_not_written)
{
	uint8_t digest[32] = {7};
	cJSON *data = cJSON_CreateObject();
	json_add_hex(data, "digest", digest, 31);
	ck_assert_int_eq(audit_append(audit, "program", data, NULL), -EINVAL);
	cJSON_Delete(data);
	ck_assert_int_eq(audit_append(audit, "note", NULL, NULL), 0);
	verify_is_sound(2);
}
END_TEST

START_TEST(trail_that_was_moved_away_takes_no_record)
{
	char from[96], to[96];
	const struct audit_intent intent = make_intent(1, false);
	(void)snprintf(from, sizeof(from), "%s/audit", dir);
	(void)snprintf(to, sizeof(to), "%s/away", dir);
	ck_assert_int_eq(rename(from, to), 0);
	ck_assert_int_eq(audit_intent(audit, &intent, NULL, NULL), -ESTALE);
	ck_assert_int_eq(rename(to, from), 0);
	ck_assert_int_eq(audit_intent(audit, &intent, NULL, NULL), 0);
	verify_is_sound(2);
}
END_TEST

START_TEST(program_that_holds_the_lock_of_the_directory_does_not_hold_up_reading)
{
	struct audit *other;
	const int held = open(dir, O_RDONLY | O_DIRECTORY);
	ck_assert_int_ge(held, 0);
	ck_assert_int_eq(flock(held, LOCK_EX), 0);
	ck_assert_int_eq(audit_open(&other, dir), 0);
	ck_assert_int_eq(audit_state(other), AUDIT_DAMAGED);
	audit_close(other);
	close(held);
}
END_TEST

START_TEST(oversized_record_and_bad_kind_leave_the_trail_as_it_was)
{
	cJSON *data = cJSON_CreateObject();
	char *text = malloc(AUDIT_RECORD_MAX);
	memset(text, 'x', AUDIT_RECORD_MAX - 1);
	text[AUDIT_RECORD_MAX - 1] = '\0';
	cJSON_AddStringToObject(data, "text", text);
	ck_assert_int_eq(audit_append(audit, "note", data, NULL), -EMSGSIZE);
	ck_assert_int_eq(audit_append(audit, "Note", NULL, NULL), -EINVAL);
	verify_is_sound(1);
	cJSON_Delete(data);
	free(text);
}
END_TEST

START_TEST(processes_that_append_at_once_keep_one_chain)
{
	enum { PROCESSES = 4, EACH = 100 };
	for (int p = 0; p < PROCESSES; p++) {
		if (fork() == 0) {
			struct audit *own;
			int bad = audit_open(&own, dir);
			for (int i = 0; !bad && i < EACH; i++)
				bad = audit_append(own, "note", NULL, NULL);
			_exit(bad ? 1 : 0);
		}
	}
	for (int p = 0; p < PROCESSES; p++) {
		int status;
		wait(&status);
		ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	ck_assert_int_eq(audit_append(audit, "note", NULL, NULL), 0);
	verify_is_sound(2 + PROCESSES * EACH);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("audit");
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, new_trail_starts_with_a_record_and_verifies);
	tcase_add_test(tc, open_intent_survives_reopening_with_every_field);
	tcase_add_test(tc, unknown_keeps_an_intent_open_and_a_resolution_closes_it);
	tcase_add_test(tc, second_intent_for_a_pump_is_refused_unless_it_gets_safe);
	tcase_add_test(tc, token_cannot_be_used_twice);
	tcase_add_test(tc, program_is_recorded_once);
	tcase_add_test(tc, program_that_another_process_recorded_meanwhile_is_not_recorded_twice);
	tcase_add_test(tc, record_that_no_reader_would_take_is_not_written);
	tcase_add_test(tc, trail_that_was_moved_away_takes_no_record);
	tcase_add_test(tc, program_that_holds_the_lock_of_the_directory_does_not_hold_up_reading);
	tcase_add_test(tc, oversized_record_and_bad_kind_leave_the_trail_as_it_was);
	tcase_add_test(tc, processes_that_append_at_once_keep_one_chain);
	return suite_run(tc);
}
