/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_rig.h"
#include "pump_birth.h"
#include "pump_views.h"
#include "suite.h"

#include <string.h>

/* What a commit changes, as bytes: without the log, ticks and marks of the writing itself. */
static void take_state(const struct rig *r, uint8_t state[PUMP_BLOCK_LEN])
{
	struct pump_core core = r->pump.memory.core;

	core.log_last = 0;
	core.ticks_limit_ms = 0;
	core.clean = false;
	core.counters = (struct pump_counters){0};
	memset(core.log_chain, 0, sizeof core.log_chain);
	memset(state, 0, PUMP_BLOCK_LEN);
	pump_block_put_core(state, &core);
	for (unsigned i = 0; i < PUMP_SLOTS; i++)
		pump_block_put_pair(state, i, &r->pump.memory.pairs[i]);
}

static uint16_t type_of(const struct rig *r, uint64_t seq)
{
	uint8_t raw[RECORD_MAX];

	ck_assert_uint_gt(pump_log_read(&r->pump, seq, raw), 0);
	return (uint16_t)(raw[0] | raw[1] << 8);
}

/* The memory before the writes of r->writes, with all of the first ones and at bytes of the last. */
static void tear(struct rig *r, const uint8_t *before, unsigned whole, size_t at)
{
	memcpy(r->nvm, before, r->nvm_size);
	for (unsigned w = 0; w < whole; w++)
		memcpy(r->nvm + r->writes[w].offset, r->writes[w].bytes, r->writes[w].len);
	memcpy(r->nvm + r->writes[whole].offset, r->writes[whole].bytes, at);
}

/* A commit, before and after. */
struct torn_commit {
	uint8_t *nvm; /* before it */
	uint64_t last; /* record before it */
	uint64_t flow_before, flow_after;
	uint8_t before[PUMP_BLOCK_LEN], after[PUMP_BLOCK_LEN], now[PUMP_BLOCK_LEN];
};

static void prepare_commit(struct rig *r, struct torn_commit *c, uint64_t earlier)
{
	rig_connect(r, NULL);
	for (uint64_t token = 1; token <= earlier; token++)
		rig_program(r, token, 1000000 + token);
	take_state(r, c->before);
	memcpy(c->nvm, r->nvm, r->nvm_size);
	c->last = r->pump.log.last;
	c->flow_before = r->pump.body.flow_nl_per_day;
	r->write_count = 0;
	r->keeps_writes = true;
	rig_program(r, 100, 3000000);
	r->keeps_writes = false;
	take_state(r, c->after);
	c->flow_after = r->pump.body.flow_nl_per_day;
	ck_assert_uint_eq(r->write_count, 2);
	ck_assert_mem_ne(c->before, c->after, PUMP_BLOCK_LEN);
	ck_assert_uint_ne(c->flow_before, c->flow_after);
	pump_save_body(&r->pump, r->body);
}

static void check_torn_commit(struct rig *r, struct torn_commit *c, bool is_new)
{
	rig_boot(r, true);
	take_state(r, c->now);
	ck_assert_mem_eq(c->now, is_new ? c->after : c->before, PUMP_BLOCK_LEN);
	ck_assert_uint_eq(r->pump.log.last, c->last + (is_new ? 2 : 1));
	ck_assert_uint_eq(type_of(r, r->pump.log.last), RECORD_POWER_ON);
	ck_assert_uint_eq(type_of(r, c->last + 1), is_new ? RECORD_ORDER : RECORD_POWER_ON);
	ck_assert_uint_eq(r->pump.body.flow_nl_per_day, is_new ? c->flow_after : c->flow_before);
	rig_check_chain(r);
}

START_TEST(power_loss_at_every_byte_of_a_commit_gives_the_old_or_the_new_state)
{
	struct rig *r = rig_create(64);
	struct torn_commit *c = malloc(sizeof *c);

	c->nvm = malloc(r->nvm_size);
	prepare_commit(r, c, (uint64_t)_i);
	for (unsigned w = 0; w < 2; w++) {
		for (size_t at = 0; at <= r->writes[w].len; at++) {
			bool whole, is_new;

			tear(r, c->nvm, w, at);
			is_new = memcmp(r->nvm + r->writes[0].offset, r->writes[0].bytes,
					r->writes[0].len) == 0;
			/* The last bytes may happen to be there before. */
			whole = w > 0 || at == r->writes[0].len;
			ck_assert(is_new == whole || at + 4 > r->writes[0].len);
			check_torn_commit(r, c, is_new);
		}
	}
	free(c->nvm);
	free(c);
	rig_destroy(r);
}
END_TEST

START_TEST(power_loss_at_every_byte_of_an_append_keeps_every_retained_record)
{
	struct rig *r = rig_create(64);
	uint8_t *before = malloc(r->nvm_size);
	uint64_t old_first, old_last;

	/* Past the end of the ring if _i is 1, so that the append overwrites an entry. */
	rig_advance(r, _i ? 100 * 3600 : 3600);
	old_first = r->pump.log.first;
	old_last = r->pump.log.last;
	pump_save_body(&r->pump, r->body);
	memcpy(before, r->nvm, r->nvm_size);
	r->write_count = 0;
	r->keeps_writes = true;
	rig_advance(r, _i ? 101 * 3600 : 7200);
	ck_assert_uint_eq(r->write_count, 1);
	r->keeps_writes = false;
	for (size_t at = 0; at <= r->writes[0].len; at++) {
		uint64_t added;

		tear(r, before, 0, at);
		added = memcmp(r->nvm + r->writes[0].offset, r->writes[0].bytes,
			       r->writes[0].len) == 0;
		ck_assert(added == (at == r->writes[0].len) || at + 4 > r->writes[0].len);
		ck_assert_int_eq(pump_boot(&r->pump, r->nvm, r->nvm_size, r->body, r->setup.secret, true, 1),
				 PUMP_OK);
		ck_assert_uint_eq(r->pump.log.last, old_last + added);
		ck_assert_uint_eq(r->pump.log.first, old_first + (_i ? added : 0));
		ck_assert_uint_eq(r->pump.counters.therapy_s, ((_i ? UINT64_C(100) : 1) + added) * 3600);
		ck_assert_uint_eq(r->pump.counters.delivered_nl,
				  r->pump.counters.therapy_s / 3600 * 5000);
		rig_check_chain(r);
		rig_run(r);
		ck_assert_uint_eq(type_of(r, old_last + added + 1), RECORD_POWER_ON);
		rig_check_chain(r);
	}
	free(before);
	rig_destroy(r);
}
END_TEST

START_TEST(a_saved_pump_boots_and_saves_to_the_same_bytes)
{
	struct rig *r = rig_create(64);
	uint8_t *saved = malloc(r->nvm_size);
	uint8_t body[PUMP_BODY_LEN];

	rig_connect(r, NULL);
	rig_program(r, 7, 1234567);
	rig_advance(r, 7200 + 1017);
	rig_wait(r, 4567);
	pump_shut_down(&r->pump, r->now_ms);
	rig_run(r);
	ck_assert_uint_ne(r->pump.counters.remainder, 0);
	pump_save_body(&r->pump, r->body);
	memcpy(saved, r->nvm, r->nvm_size);
	memcpy(body, r->body, sizeof body);
	rig_boot(r, false);
	pump_shut_down(&r->pump, r->now_ms);
	rig_run(r);
	pump_save_body(&r->pump, r->body);
	ck_assert_mem_eq(r->nvm, saved, r->nvm_size);
	ck_assert_mem_eq(r->body, body, sizeof body);
	ck_assert_uint_eq(r->pump.counters.therapy_s, 7200 + 1017);
	free(saved);
	rig_destroy(r);
}
END_TEST

START_TEST(a_pump_that_was_saved_goes_on_as_if_it_had_not_stopped)
{
	struct rig *stopped = rig_create(64);
	struct rig *steady = rig_create(64);
	struct pump_view a, b;

	for (uint64_t t = 1000; t <= 20000; t += 1000) {
		rig_advance(steady, t);
		rig_advance(stopped, t);
		pump_shut_down(&stopped->pump, stopped->now_ms);
		rig_run(stopped);
		pump_save_body(&stopped->pump, stopped->body);
		rig_boot(stopped, false);
	}
	pump_look(&stopped->pump, &a);
	pump_look(&steady->pump, &b);
	ck_assert(views_are_same(&a, &b));
	ck_assert_uint_eq(stopped->pump.counters.remainder, steady->pump.counters.remainder);
	ck_assert_mem_eq(stopped->pump.log.chain, steady->pump.log.chain, DIGEST_LEN);
	rig_destroy(stopped);
	rig_destroy(steady);
}
END_TEST

START_TEST(boot_records_why_the_pump_started)
{
	struct rig *r = rig_create(64);
	uint8_t raw[RECORD_MAX];

	ck_assert_uint_eq(pump_log_read(&r->pump, 1, raw), 11);
	ck_assert_uint_eq(raw[10], 0x33);
	ck_assert_uint_eq(r->pump.log.last, 2);
	rig_boot(r, true);
	ck_assert_uint_eq(r->pump.log.last, 3);
	pump_log_read(&r->pump, 3, raw);
	ck_assert_uint_eq(raw[10], 0x5A);
	rig_boot(r, false);
	pump_log_read(&r->pump, 4, raw);
	ck_assert_uint_eq(raw[10], 0x55);
	pump_shut_down(&r->pump, r->now_ms);
	rig_run(r);
	rig_boot(r, false);
	ck_assert_uint_eq(r->pump.log.last, 4);
	rig_destroy(r);
}
END_TEST

START_TEST(ticks_go_on_over_a_save_and_never_back_over_a_power_loss)
{
	struct rig *r = rig_create(64);
	uint64_t ticks;

	rig_connect(r, NULL);
	rig_wait(r, 20000);
	ticks = rig_ask_ticks(r);
	ck_assert_uint_eq(ticks, 20000);
	pump_shut_down(&r->pump, r->now_ms);
	rig_run(r);
	r->now_ms = 5; /* another clock of another computer */
	rig_boot(r, false);
	rig_connect(r, NULL);
	rig_wait(r, 3);
	ck_assert_uint_eq(rig_ask_ticks(r), ticks + 3);
	for (int i = 0; i < 5; i++) {
		ticks = rig_ask_ticks(r);
		rig_boot(r, true);
		rig_connect(r, NULL);
		ck_assert_uint_ge(rig_ask_ticks(r), ticks);
		rig_wait(r, 29000);
	}
	rig_destroy(r);
}
END_TEST

START_TEST(what_was_never_formatted_does_not_boot)
{
	struct rig *r = rig_create(64);
	uint8_t kept = r->nvm[20];

	r->nvm[20] ^= 1;
	ck_assert_int_eq(pump_boot(&r->pump, r->nvm, r->nvm_size, r->body, r->setup.secret, false, 0),
			 PUMP_EFORM);
	r->nvm[20] = kept;
	ck_assert_int_eq(pump_boot(&r->pump, r->nvm, r->nvm_size - 1, r->body, r->setup.secret, false, 0),
			 PUMP_EFORM);
	ck_assert_int_eq(pump_boot(&r->pump, r->nvm, 100, r->body, r->setup.secret, false, 0), PUMP_EFORM);
	r->body[5] ^= 1;
	ck_assert_int_eq(pump_boot(&r->pump, r->nvm, r->nvm_size, r->body, r->setup.secret, false, 0),
			 PUMP_EFORM);
	rig_destroy(r);
}
END_TEST

static enum pump_err format(const struct pump_birth *birth)
{
	uint8_t *nvm = malloc(PUMP_NVM_MIN);
	uint8_t body[PUMP_BODY_LEN];
	enum pump_err err = pump_format(birth, nvm, PUMP_NVM_MIN, body);

	free(nvm);
	return err;
}

START_TEST(format_refuses_what_no_pump_can_be)
{
	struct pump_birth good, birth;

	rig_default_birth(&good);
	ck_assert_int_eq(format(&good), PUMP_OK);
	birth = good;
	birth.model[2] = '9';
	ck_assert_int_eq(format(&birth), PUMP_ERANGE);
	birth = good;
	birth.serial[0] = '\0';
	ck_assert_int_eq(format(&birth), PUMP_ERANGE);
	birth = good;
	birth.serial[3] = ' ';
	ck_assert_int_eq(format(&birth), PUMP_ERANGE);
	birth = good;
	birth.reservoir_nl = 40000001;
	ck_assert_int_eq(format(&birth), PUMP_ERANGE);
	birth = good;
	birth.image_len--;
	ck_assert_int_eq(format(&birth), PUMP_ERANGE);
	birth = good;
	birth.image_len = rig_image(birth.image, "morphine", 10000000, 479999, 2000000);
	ck_assert_int_eq(format(&birth), PUMP_ERANGE);
	birth = good;
	birth.image_len = 0;
	ck_assert_int_eq(format(&birth), PUMP_OK);
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("pump_store");

	tcase_set_timeout(cases, 280);
	tcase_add_loop_test(cases, power_loss_at_every_byte_of_a_commit_gives_the_old_or_the_new_state,
			    0, 2);
	tcase_add_loop_test(cases, power_loss_at_every_byte_of_an_append_keeps_every_retained_record,
			    0, 2);
	tcase_add_test(cases, a_saved_pump_boots_and_saves_to_the_same_bytes);
	tcase_add_test(cases, a_pump_that_was_saved_goes_on_as_if_it_had_not_stopped);
	tcase_add_test(cases, boot_records_why_the_pump_started);
	tcase_add_test(cases, ticks_go_on_over_a_save_and_never_back_over_a_power_loss);
	tcase_add_test(cases, what_was_never_formatted_does_not_boot);
	tcase_add_test(cases, format_refuses_what_no_pump_can_be);
	return suite_run(cases);
}
