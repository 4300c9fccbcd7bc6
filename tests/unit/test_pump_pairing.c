/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Orders about who gets in: a new card code and a pairing that is revoked. */
#include "pump_rig.h"
#include "suite.h"

#include <string.h>

static struct rig *r;
static struct msg_staged staged;
static struct msg_committed committed;

static void setup(void)
{
	r = rig_create(64);
	rig_connect(r, NULL);
}

static void teardown(void)
{
	rig_destroy(r);
}

static uint16_t give(uint16_t kind, const struct change *change)
{
	return rig_give(r, kind, change, &staged, &committed);
}

static uint16_t give_card(const char *code)
{
	struct change change = {.parts = PART_CARD, .card_salt = {1}};

	memcpy(change.card, code, CARD_CODE_LEN);
	return give(ORDER_CARD, &change);
}

static uint16_t revoke(uint8_t slot)
{
	struct change change = {.parts = PART_REVOKE, .revoke = slot};

	return give(ORDER_REVOKE, &change);
}

/* Who comes next does so with this card code, within the magnet's window. */
static void come_with_card(const char *code)
{
	pump_press_magnet(&r->pump, r->now_ms);
	r->setup.secret_kind = SECRET_CARD;
	memset(r->setup.secret, 0, sizeof r->setup.secret);
	memcpy(r->setup.secret, code, CARD_CODE_LEN);
	memset(r->setup.workstation, 0x7B, WORKSTATION_LEN);
}

/* Another workstation enrols in the next free slot; then the first one is back. */
static void enrol_another(void)
{
	struct handshake_setup first = r->setup;
	struct message m = {.op = OP_ENROL}, answer;

	rig_disconnect(r);
	come_with_card(r->birth.card_code);
	rig_connect(r, NULL);
	rig_ask(r, &m, &answer);
	ck_assert_uint_eq(answer.op, OP_ENROLLED);
	ck_assert_uint_eq(answer.as.enrolled.slot, 1);
	rig_disconnect(r);
	r->setup = first;
	rig_connect(r, NULL);
}

START_TEST(a_new_card_code_opens_and_the_old_one_no_longer_does)
{
	ck_assert_uint_eq(give_card("2B4D6F8H"), CODE_DONE);
	ck_assert_uint_eq(staged.therapy, THERAPY_RUNNING);
	rig_disconnect(r);
	come_with_card(r->birth.card_code);
	rig_greet(r);
	ck_assert(!r->hello_done);
	ck_assert(r->disconnected);
	rig_disconnect(r);
	come_with_card("2B4D6F8H");
	rig_greet(r);
	ck_assert(r->hello_done);
}
END_TEST

START_TEST(a_new_card_code_is_in_no_record)
{
	uint8_t raw[RECORD_MAX];

	ck_assert_uint_eq(give_card("2B4D6F8H"), CODE_DONE);
	for (uint64_t seq = 1; seq <= r->pump.log.last; seq++) {
		size_t len = pump_log_read(&r->pump, seq, raw);

		ck_assert_ptr_null(memmem(raw, len, "2B4D6F8H", CARD_CODE_LEN));
	}
}
END_TEST

START_TEST(a_new_card_code_survives_a_power_loss)
{
	ck_assert_uint_eq(give_card("2B4D6F8H"), CODE_DONE);
	pump_save_body(&r->pump, r->body);
	rig_boot(r, true);
	ck_assert_mem_eq(r->pump.memory.access.card_code, "2B4D6F8H", CARD_CODE_LEN);
}
END_TEST

START_TEST(a_revoked_slot_is_clear_and_the_log_says_whose_it_was)
{
	static const struct pump_pair nobody;
	uint8_t workstation[WORKSTATION_LEN];
	const struct record_view *found;

	enrol_another();
	memset(workstation, 0x7B, sizeof workstation);
	ck_assert_mem_eq(r->pump.memory.pairs[1].workstation, workstation, WORKSTATION_LEN);
	ck_assert_uint_eq(revoke(1), CODE_DONE);
	ck_assert_mem_eq(&r->pump.memory.pairs[1], &nobody, sizeof nobody);
	ck_assert_int_eq(rig_record(r, committed.record_seq)->type, RECORD_ORDER);
	found = rig_record(r, committed.record_seq + 1);
	ck_assert_uint_eq(found->type, RECORD_PAIRING);
	ck_assert_int_eq(found->fields[0].number, 1);
	ck_assert_mem_eq(found->fields[1].bytes, workstation, WORKSTATION_LEN);
	ck_assert_int_eq(found->fields[2].number, 0x33);
	/* Once. */
	ck_assert_uint_eq(r->pump.log.last, committed.record_seq + 1);
	ck_assert_uint_eq(revoke(1), CODE_NO_SUCH_THING);
	/* The session that ordered it stays. */
	ck_assert_uint_gt(rig_ask_ticks(r) + 1, 0);
	rig_check_log(r);
}
END_TEST

START_TEST(a_workstation_that_revokes_itself_is_answered_and_dropped)
{
	static const struct pump_pair nobody;

	ck_assert_uint_eq(revoke(0), CODE_DONE);
	ck_assert_uint_eq(committed.code, CODE_DONE);
	ck_assert_uint_eq(committed.token, r->token);
	ck_assert(r->disconnected);
	ck_assert(!r->pump.session.is_open);
	ck_assert_mem_eq(&r->pump.memory.pairs[0], &nobody, sizeof nobody);
	rig_disconnect(r);
	rig_greet(r);
	ck_assert(!r->hello_done);
}
END_TEST

START_TEST(a_handshake_under_way_does_not_outlive_its_slot)
{
	struct rig_order order;
	struct change change = {.parts = PART_REVOKE, .revoke = 0};
	const unsigned stranger = (r->link + 1) % PUMP_LINKS;

	ck_assert_uint_eq(rig_stage_change(r, &change, &staged), CODE_DONE);
	rig_order(r, &order, ORDER_REVOKE, 1, &staged);
	pump_connected(&r->pump, stranger, r->mtu, r->now_ms);
	rig_run(r);
	ck_assert_int_eq(r->pump.visits[stranger].phase, PUMP_VISIT_HELLO);
	ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_DONE);
	ck_assert_int_eq(r->pump.visits[stranger].phase, PUMP_VISIT_FREE);
}
END_TEST

START_TEST(a_revocation_is_recorded_after_a_power_loss_in_between)
{
	struct rig_order order;
	struct change change = {.parts = PART_REVOKE, .revoke = 1};
	uint64_t last;

	enrol_another();
	ck_assert_uint_eq(rig_stage_change(r, &change, &staged), CODE_DONE);
	rig_order(r, &order, ORDER_REVOKE, 9, &staged);
	last = r->pump.log.last;
	r->write_count = 0;
	r->keeps_writes = true;
	ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_DONE);
	r->keeps_writes = false;
	/* Block and entry of the order, then those of the pairing record. */
	ck_assert_uint_eq(r->write_count, 4);
	pump_save_body(&r->pump, r->body);
	/* Back to where only the order was durable: the later block is damaged. */
	memset(r->nvm + r->writes[2].offset, 0xA5, r->writes[2].len);
	rig_boot(r, true);
	ck_assert_uint_eq(rig_record(r, last + 1)->type, RECORD_ORDER);
	ck_assert(!r->pump.memory.access.revoked);
	ck_assert(!r->pump.memory.pairs[1].used);
	ck_assert_uint_eq(rig_record(r, last + 2)->type, RECORD_PAIRING);
	rig_check_chain(r);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_new_card_code_opens_and_the_old_one_no_longer_does,
		a_new_card_code_is_in_no_record,
		a_new_card_code_survives_a_power_loss,
		a_revoked_slot_is_clear_and_the_log_says_whose_it_was,
		a_workstation_that_revokes_itself_is_answered_and_dropped,
		a_handshake_under_way_does_not_outlive_its_slot,
		a_revocation_is_recorded_after_a_power_loss_in_between,
		NULL,
	};

	return suite_run_tests("pump pairing", tests, setup, teardown);
}
