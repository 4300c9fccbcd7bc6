/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_rig.h"
#include "suite.h"

#include <sodium.h>
#include <string.h>

#define NO_DIGEST ((const uint8_t[DIGEST_LEN]){0})

START_TEST(staged_image_is_described_by_the_pump)
{
	static const uint8_t image[] = {
		1, 0x0F, 29, 0, 2, 8, 'm', 'o', 'r', 'p', 'h', 'i', 'n', 'e', 0x80, 0x96, 0x98, 0,
		10, 'c', 'l', 'o', 'n', 'i', 'd', 'i', 'n', 'e', '2', 0x20, 0xA1, 7, 0,
		0x33, 9, 0, 0x55, 0x87, 0xD6, 0x12, 0, 0, 0, 0, 0, 0x55, 4, 0, 0x80, 0x84, 0x1E, 0,
	};
	struct rig *r = rig_create(64);
	struct msg_staged staged;
	uint8_t digest[DIGEST_LEN];

	rig_connect(r, NULL);
	rig_wait(r, 500);
	ck_assert_uint_eq(rig_stage_image(r, image, sizeof image, &staged), CODE_DONE);
	crypto_generichash(digest, sizeof digest, image, sizeof image, NULL, 0);
	ck_assert_mem_eq(staged.active_digest, digest, sizeof digest);
	ck_assert_uint_eq(staged.therapy, THERAPY_RUNNING);
	ck_assert_uint_eq(staged.expires_ticks_ms, 500 + 180000);
	ck_assert(staged.has_image);
	ck_assert_uint_eq(staged.image.mode, 0x55);
	/* 1,234,567 ng/day of 10,000,000 ng/mL: floor(123456.7) nL/day. */
	ck_assert_uint_eq(staged.image.dose_ng_per_day, 1234567);
	ck_assert_uint_eq(staged.rate_nl_per_day, 123456);
	ck_assert_uint_eq(staged.image.volume_24h_nl, 123456);
	ck_assert_uint_eq(staged.image.greatest_hour_nl, 5144);
	ck_assert_uint_eq(staged.image.low_alarm_nl, LOW_NL);
	ck_assert_uint_eq(staged.image.count, 2);
	ck_assert_str_eq(staged.image.drugs[0].name, "morphine");
	ck_assert_uint_eq(staged.image.drugs[0].daily_ng, 1234560);
	ck_assert_str_eq(staged.image.drugs[1].name, "clonidine2");
	ck_assert_uint_eq(staged.image.drugs[1].concentration_ng_per_ml, 500000);
	ck_assert_uint_eq(staged.image.drugs[1].daily_ng, 61728);
	rig_destroy(r);
}
END_TEST

START_TEST(totals_round_up_and_rates_down)
{
	uint8_t image[IMAGE_MAX];
	/* floor(1,000,000 * 1,000,000 / 3,000,001) = 333,333; ceil(333,333 * 3,000,001 / 1,000,000) */
	size_t len = rig_image(image, "morphine", 3000001, 1000000, LOW_NL);
	struct rig *r = rig_create(64);
	struct msg_staged staged;

	rig_connect(r, NULL);
	ck_assert_uint_eq(rig_stage_image(r, image, len, &staged), CODE_DONE);
	ck_assert_uint_eq(staged.rate_nl_per_day, 333333);
	ck_assert_uint_eq(staged.image.drugs[0].daily_ng, 1000000);
	ck_assert_uint_eq(staged.image.greatest_hour_nl, 13889);
	rig_destroy(r);
}
END_TEST

static void check_order_record(struct rig *r, uint64_t seq, uint64_t time_s,
			       const struct rig_order *order, const uint8_t *active_digest)
{
	const struct record_view *record = rig_record(r, seq);

	ck_assert_uint_eq(record->type, RECORD_ORDER);
	ck_assert_uint_eq(record->time_s, time_s);
	ck_assert_uint_eq((uint64_t)record->fields[2].number, order->order.token);
	ck_assert_mem_eq(record->fields[4].bytes, order->order.stage_digest, DIGEST_LEN);
	ck_assert_mem_eq(record->fields[5].bytes, active_digest, DIGEST_LEN);
	ck_assert_uint_eq((uint64_t)record->fields[7].number, order->size);
	ck_assert_mem_eq(record->fields[8].bytes, order->root, DIGEST_LEN);
}

START_TEST(program_is_activated_recorded_and_answered)
{
	struct rig *r = rig_create(64);
	struct msg_staged staged;
	struct msg_committed committed;
	struct rig_order order;
	struct pump_view view;

	rig_connect(r, NULL);
	rig_advance(r, 77);
	rig_stage_dose(r, 2400000, &staged);
	pump_look(&r->pump, &view);
	ck_assert_uint_eq(view.rate_nl_per_day, 120000);
	rig_order(r, &order, ORDER_PROGRAM, 9, &staged);
	ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_DONE);
	pump_look(&r->pump, &view);
	ck_assert_uint_eq(committed.token, 9);
	ck_assert_uint_eq(committed.code, CODE_DONE);
	ck_assert_mem_eq(committed.active_digest, staged.active_digest, DIGEST_LEN);
	ck_assert_mem_eq(view.active_digest, staged.active_digest, DIGEST_LEN);
	ck_assert_uint_eq(committed.therapy, THERAPY_RUNNING);
	ck_assert_uint_eq(committed.record_seq, 3);
	ck_assert_uint_eq(view.rate_nl_per_day, 240000);
	ck_assert_uint_eq(r->pump.body.flow_nl_per_day, 240000);
	check_order_record(r, 3, 77, &order, staged.active_digest);
	rig_destroy(r);
}
END_TEST

/* Everything that can be wrong with an order, in the order of the checks. */
enum wrong {
	WRONG_FORM, WRONG_SERIAL, WRONG_TOKEN, WRONG_TIME, WRONG_STAGE, WRONG_KIND, WRONG_WITNESS,
	WRONG_EXPECTED, WRONG_LIMITS, WRONG_MIXTURE, WRONG_COUNT
};

static const uint16_t WRONG_CODES[] = {
	CODE_MALFORMED, CODE_WRONG_SERIAL, CODE_TOKEN_USED, CODE_EXPIRED, CODE_NO_STAGE,
	CODE_MALFORMED, CODE_ROLLED_BACK, CODE_ACTIVE_CHANGED, CODE_OUT_OF_RANGE, CODE_NEEDS_BRIDGE,
};

static bool has(unsigned faults, enum wrong wrong)
{
	return (faults >> wrong & 1) != 0;
}

static uint16_t commit_with(struct rig *r, unsigned faults)
{
	uint8_t image[IMAGE_MAX];
	size_t len = rig_image(image, has(faults, WRONG_MIXTURE) ? "baclofen" : "morphine",
			       MG_PER_ML_10, has(faults, WRONG_LIMITS) ? 1 : 1300000, LOW_NL);
	struct msg_staged staged;
	struct msg_committed committed;
	struct rig_order o;

	ck_assert_uint_eq(rig_stage_image(r, image, len, &staged), CODE_DONE);
	rig_order(r, &o, has(faults, WRONG_KIND) ? 0x3366 : ORDER_PROGRAM, 6, &staged);
	memcpy(o.order.expected_digest, r->pump.program.digest, DIGEST_LEN);
	if (has(faults, WRONG_FORM))
		o.version = 2;
	if (has(faults, WRONG_SERIAL))
		o.order.serial[10] = '4';
	if (has(faults, WRONG_TOKEN))
		o.order.token = 5;
	if (has(faults, WRONG_TIME))
		o.order.not_after_ms = 0;
	if (has(faults, WRONG_STAGE))
		o.order.stage_digest[0] ^= 1;
	if (has(faults, WRONG_WITNESS))
		o.size = 4;
	if (has(faults, WRONG_EXPECTED))
		memset(o.order.expected_digest, 0, DIGEST_LEN);
	return rig_commit(r, &o, &committed);
}

START_TEST(of_several_faults_the_first_in_the_documented_order_is_told)
{
	struct rig *r = rig_create(64);
	uint8_t *before = malloc(r->nvm_size);

	rig_connect(r, NULL);
	rig_program(r, 5, 1250000);
	rig_wait(r, 10);
	commit_with(r, 1u << WRONG_FORM);
	memcpy(before, r->nvm, r->nvm_size);
	for (unsigned faults = (1u << WRONG_COUNT) - 1; faults > 0; faults--) {
		unsigned first = 0;

		while (!has(faults, first))
			first++;
		ck_assert_uint_eq(commit_with(r, faults), WRONG_CODES[first]);
		ck_assert_mem_eq(r->nvm, before, r->nvm_size);
	}
	ck_assert_uint_eq(commit_with(r, 0), CODE_DONE);
	free(before);
	rig_destroy(r);
}
END_TEST

START_TEST(limits_of_the_model_are_exact)
{
	static const struct {
		uint64_t dose;
		uint32_t low;
		uint16_t code;
	} rows[] = {
		{480000, LOW_NL, CODE_DONE},        /* 48,000 nL/day */
		{479999, LOW_NL, CODE_OUT_OF_RANGE},
		{240000009, LOW_NL, CODE_DONE},     /* floor: 24,000,000 nL/day */
		{240000010, LOW_NL, CODE_OUT_OF_RANGE},
		{1200000, 40000000, CODE_DONE},
		{1200000, 40000001, CODE_OUT_OF_RANGE},
		{1200000, 0, CODE_DONE},
	};
	struct rig *r = rig_create(64);
	uint8_t image[IMAGE_MAX];
	size_t len = rig_image(image, "morphine", MG_PER_ML_10, rows[_i].dose, rows[_i].low);
	struct msg_staged staged;
	struct msg_committed committed;
	struct rig_order order;

	rig_connect(r, NULL);
	rig_list_second(r, 1);
	ck_assert_uint_eq(rig_stage_image(r, image, len, &staged), CODE_DONE);
	rig_order(r, &order, ORDER_PROGRAM, 2, &staged);
	ck_assert_uint_eq(rig_commit(r, &order, &committed), rows[_i].code);
	rig_destroy(r);
}
END_TEST

START_TEST(a_dose_that_no_number_holds_is_refused_when_staged)
{
	static const struct {
		uint64_t dose;
		uint32_t concentration;
	} rows[] = {{INT64_MAX, 1}, {INT64_MAX, 999999}, {INT64_MAX, UINT32_MAX}};
	struct rig *r = rig_create(64);
	uint8_t image[IMAGE_MAX];
	size_t len = rig_image(image, "morphine", rows[_i].concentration, rows[_i].dose, LOW_NL);
	struct msg_staged staged;

	rig_connect(r, NULL);
	ck_assert_uint_eq(rig_stage_image(r, image, len, &staged), CODE_OUT_OF_RANGE);
	ck_assert(!r->pump.stage.present);
	rig_destroy(r);
}
END_TEST

START_TEST(stop_minimum_and_resume_change_the_rate_and_keep_the_image)
{
	struct rig *r = rig_create(64);
	struct msg_committed committed;
	uint8_t digest[DIGEST_LEN];

	rig_connect(r, NULL);
	memcpy(digest, r->pump.program.digest, DIGEST_LEN);
	ck_assert_uint_eq(rig_commit_act(r, ORDER_STOP, ACT_STOP, 1, &committed), CODE_DONE);
	ck_assert_uint_eq(committed.therapy, THERAPY_STOPPED);
	ck_assert_uint_eq(r->pump.body.flow_nl_per_day, 0);
	ck_assert_uint_eq(rig_commit_act(r, ORDER_MINIMUM, ACT_MINIMUM, 2, &committed), CODE_DONE);
	ck_assert_uint_eq(committed.therapy, THERAPY_MINIMUM);
	ck_assert_uint_eq(r->pump.body.flow_nl_per_day, 6000);
	ck_assert_uint_eq(rig_commit_act(r, ORDER_RESUME, ACT_RESUME, 3, &committed), CODE_DONE);
	ck_assert_uint_eq(committed.therapy, THERAPY_RUNNING);
	ck_assert_mem_eq(committed.active_digest, digest, DIGEST_LEN);
	ck_assert_uint_eq(r->pump.body.flow_nl_per_day, 120000);
	rig_destroy(r);
}
END_TEST

START_TEST(an_act_under_the_kind_of_another_is_malformed)
{
	struct rig *r = rig_create(64);
	struct msg_committed committed;

	rig_connect(r, NULL);
	ck_assert_uint_eq(rig_commit_act(r, ORDER_STOP, ACT_RESUME, 1, &committed), CODE_MALFORMED);
	ck_assert_uint_eq(rig_commit_act(r, ORDER_PROGRAM, ACT_STOP, 1, &committed), CODE_MALFORMED);
	ck_assert_uint_eq(r->pump.body.flow_nl_per_day, 120000);
	rig_destroy(r);
}
END_TEST

START_TEST(resume_and_minimum_need_a_program)
{
	struct pump_birth birth;
	struct rig *r;
	struct msg_committed committed;
	struct message answer;

	rig_default_birth(&birth);
	birth.image_len = 0;
	r = rig_create_from(&birth, 64);
	rig_connect(r, NULL);
	rig_ask_op(r, OP_GET_STATUS, &answer);
	ck_assert_uint_eq(answer.as.status.therapy, THERAPY_STOPPED);
	ck_assert_mem_eq(answer.as.status.active_digest, NO_DIGEST, DIGEST_LEN);
	ck_assert_uint_eq(rig_commit_act(r, ORDER_RESUME, ACT_RESUME, 1, &committed), CODE_NO_PROGRAM);
	ck_assert_uint_eq(rig_commit_act(r, ORDER_MINIMUM, ACT_MINIMUM, 1, &committed), CODE_NO_PROGRAM);
	ck_assert_uint_eq(rig_commit_act(r, ORDER_STOP, ACT_STOP, 1, &committed), CODE_DONE);
	rig_list_second(r, 2);
	rig_program(r, 3, 1200000);
	ck_assert_uint_eq(r->pump.body.flow_nl_per_day, 120000);
	rig_destroy(r);
}
END_TEST

START_TEST(getting_safe_is_not_refused_because_of_the_witness)
{
	struct rig *r = rig_create(64);
	struct msg_staged staged;
	struct msg_committed committed;
	struct rig_order order;

	rig_connect(r, NULL);
	rig_program(r, 50, 1250000);
	ck_assert_uint_eq(rig_stage_act(r, ACT_STOP, &staged), CODE_DONE);
	rig_order(r, &order, ORDER_STOP, 51, &staged);
	order.size = 3;
	ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_DONE);
	ck_assert_uint_eq(committed.therapy, THERAPY_STOPPED);
	/* What the slot has seen stays. */
	ck_assert_uint_eq(r->pump.memory.pairs[0].size, 50);
	rig_destroy(r);
}
END_TEST

START_TEST(a_total_that_no_number_holds_is_refused_when_staged)
{
	/* 9 * 10^18 nL/day of the first drug are a number, the mass of the second in them is not. */
	static const uint8_t image[] = {
		1, 0x0F, 13, 0, 2, 1, 'a', 0x40, 0x42, 0x0F, 0, 1, 'b', 0xFF, 0xFF, 0xFF, 0xFF,
		0x33, 9, 0, 0x55, 0, 0, 0, 0, 0, 0, 0, 0x70, 0x55, 4, 0, 0, 0, 0, 0,
	};
	struct rig *r = rig_create(64);
	struct msg_staged staged;

	rig_connect(r, NULL);
	ck_assert_uint_eq(rig_stage_image(r, image, sizeof image, &staged), CODE_OUT_OF_RANGE);
	ck_assert(!r->pump.stage.present);
	rig_destroy(r);
}
END_TEST

START_TEST(a_mixture_that_differs_needs_a_bridge)
{
	static const struct {
		const char *drug;
		uint32_t concentration;
	} rows[] = {{"baclofen", MG_PER_ML_10}, {"morphine", MG_PER_ML_10 + 1}};
	struct rig *r = rig_create(64);
	uint8_t image[IMAGE_MAX];
	size_t len = rig_image(image, rows[_i].drug, rows[_i].concentration, 1200000, LOW_NL);
	struct msg_staged staged;
	struct msg_committed committed;
	struct rig_order order;

	rig_connect(r, NULL);
	ck_assert_uint_eq(rig_stage_image(r, image, len, &staged), CODE_DONE);
	rig_order(r, &order, ORDER_PROGRAM, 1, &staged);
	ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_NEEDS_BRIDGE);
	rig_destroy(r);
}
END_TEST

START_TEST(a_stage_with_image_and_act_fits_no_kind)
{
	struct rig *r = rig_create(64);
	uint8_t change[CHANGE_MAX];
	uint8_t image[IMAGE_MAX];
	size_t image_len = rig_image(image, "morphine", MG_PER_ML_10, 2400000, LOW_NL);
	struct writer w;
	struct msg_staged staged;
	struct msg_committed committed;
	struct rig_order order;
	static const uint16_t kinds[] = {ORDER_PROGRAM, ORDER_STOP, ORDER_RESUME, ORDER_MINIMUM};

	writer_init(&w, change, sizeof change);
	writer_u8(&w, 1);
	writer_u8(&w, 0x33);
	writer_bytes16(&w, image, image_len);
	writer_u8(&w, 0x55);
	writer_bytes16(&w, (const uint8_t[]){ACT_STOP}, 1);
	rig_connect(r, NULL);
	for (size_t i = 0; i < 4; i++) {
		ck_assert_uint_eq(rig_stage(r, change, writer_len(&w), &staged), CODE_DONE);
		ck_assert_uint_eq(staged.therapy, THERAPY_STOPPED);
		rig_order(r, &order, kinds[i], 1, &staged);
		ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_MALFORMED);
	}
	rig_destroy(r);
}
END_TEST

START_TEST(a_lower_alarm_limit_clears_the_alarm_and_a_higher_one_raises_it)
{
	struct rig *r = rig_create(64);
	uint8_t image[IMAGE_MAX];
	struct msg_staged staged;
	struct msg_committed committed;
	struct rig_order order;

	rig_connect(r, NULL);
	for (uint64_t token = 1; token <= 4; token++) {
		bool raised = token % 2 == 1;
		size_t len = rig_image(image, "morphine", MG_PER_ML_10, 1200000,
				       raised ? 20000000 : LOW_NL);

		ck_assert_uint_eq(rig_stage_image(r, image, len, &staged), CODE_DONE);
		rig_order(r, &order, ORDER_PROGRAM, token, &staged);
		ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_DONE);
		ck_assert_uint_eq(r->pump.memory.core.alarms, raised ? ALARM_LOW : 0);
		ck_assert_uint_eq(r->pump.log.last, 2 + 2 * token);
	}
	rig_destroy(r);
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("pump_order");

	tcase_set_timeout(cases, 60);
	tcase_add_test(cases, staged_image_is_described_by_the_pump);
	tcase_add_test(cases, totals_round_up_and_rates_down);
	tcase_add_test(cases, program_is_activated_recorded_and_answered);
	tcase_add_test(cases, of_several_faults_the_first_in_the_documented_order_is_told);
	tcase_add_loop_test(cases, limits_of_the_model_are_exact, 0, 7);
	tcase_add_loop_test(cases, a_dose_that_no_number_holds_is_refused_when_staged, 0, 3);
	tcase_add_test(cases, stop_minimum_and_resume_change_the_rate_and_keep_the_image);
	tcase_add_test(cases, an_act_under_the_kind_of_another_is_malformed);
	tcase_add_test(cases, resume_and_minimum_need_a_program);
	tcase_add_test(cases, getting_safe_is_not_refused_because_of_the_witness);
	tcase_add_loop_test(cases, a_mixture_that_differs_needs_a_bridge, 0, 2);
	tcase_add_test(cases, a_stage_with_image_and_act_fits_no_kind);
	tcase_add_test(cases, a_lower_alarm_limit_clears_the_alarm_and_a_higher_one_raises_it);
	tcase_add_test(cases, a_total_that_no_number_holds_is_refused_when_staged);
	return suite_run(cases);
}
