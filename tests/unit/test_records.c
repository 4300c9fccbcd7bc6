/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bytes.h"
#include "records.h"
#include "suite.h"

#include <string.h>

static uint8_t raw[512];

static struct writer begin(uint16_t type, uint64_t time_s)
{
	struct writer w;

	memset(raw, 0, sizeof raw);
	writer_init(&w, raw, sizeof raw);
	writer_u16(&w, type);
	writer_u64(&w, time_s);
	return w;
}

static size_t make_order(void)
{
	struct writer w = begin(RECORD_ORDER, 7200);
	uint8_t bytes[DIGEST_LEN];

	memset(bytes, 0x44, sizeof bytes);
	writer_u8(&w, 3);
	writer_copy(&w, bytes, WORKSTATION_LEN);
	writer_u64(&w, 42);
	writer_u16(&w, ORDER_STOP);
	writer_copy(&w, bytes, DIGEST_LEN);
	writer_copy(&w, bytes, DIGEST_LEN);
	writer_u8(&w, THERAPY_STOPPED);
	writer_u64(&w, 99);
	writer_copy(&w, bytes, DIGEST_LEN);
	writer_u32(&w, 7);
	writer_copy(&w, (const uint8_t *)"anna\0\0\0\0\0\0\0\0\0\0\0", OPERATOR_ID_MAX);
	writer_copy(&w, (const uint8_t[OPERATOR_ID_MAX]){0}, OPERATOR_ID_MAX);
	writer_u64(&w, 1800);
	return writer_len(&w);
}

static const struct record_field *field(const struct record_view *view, const char *name)
{
	for (size_t i = 0; i < view->count; i++)
		if (strcmp(view->fields[i].name, name) == 0)
			return &view->fields[i];
	ck_abort_msg("no field %s", name);
}

START_TEST(a_power_on_record_names_its_cause)
{
	static const struct {
		uint8_t code;
		const char *word;
	} rows[] = {{0x33, "first-start"}, {0x55, "restart"}, {0x5A, "power-loss"}, {0x66, NULL}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct writer w = begin(RECORD_POWER_ON, 5);
		struct record_view view;

		writer_u8(&w, rows[i].code);
		ck_assert_int_eq(record_decode(raw, writer_len(&w), &view), PUMP_OK);
		ck_assert_str_eq(view.name, "power-on");
		ck_assert_uint_eq(view.time_s, 5);
		ck_assert_uint_eq(view.count, 1);
		ck_assert_int_eq(field(&view, "cause")->number, rows[i].code);
		ck_assert_int_eq(field(&view, "cause")->unit, RECORD_UNIT_CODE8);
		ck_assert_pstr_eq(field(&view, "cause")->code_name, rows[i].word);
	}
}
END_TEST

START_TEST(a_reference_time_may_lie_before_1970)
{
	struct writer w = begin(RECORD_REFERENCE_TIME, 1);
	struct record_view view;

	writer_i64(&w, -86400);
	ck_assert_int_eq(record_decode(raw, writer_len(&w), &view), PUMP_OK);
	ck_assert_int_eq(field(&view, "utc")->number, -86400);
	ck_assert_int_eq(field(&view, "utc")->unit, RECORD_UNIT_UTC);
}
END_TEST

START_TEST(a_delivery_record_carries_seconds_volume_and_reservoir)
{
	struct writer w = begin(RECORD_DELIVERY, 3600);
	struct record_view view;

	writer_u32(&w, 3600);
	writer_u32(&w, 5000);
	writer_u32(&w, UINT32_MAX);
	ck_assert_int_eq(record_decode(raw, writer_len(&w), &view), PUMP_OK);
	ck_assert_int_eq(field(&view, "seconds")->number, 3600);
	ck_assert_int_eq(field(&view, "volume")->number, 5000);
	ck_assert_int_eq(field(&view, "volume")->unit, RECORD_UNIT_NL);
	ck_assert_int_eq(field(&view, "reservoir")->number, UINT32_MAX);
}
END_TEST

START_TEST(an_order_record_has_all_its_fields_in_order)
{
	static const char *const names[] = {"slot", "workstation", "token", "kind", "stage-digest",
					    "active-digest", "therapy", "audit-size", "audit-root",
					    "operators", "operator", "second", "amount"};
	size_t len = make_order();
	struct record_view view;

	ck_assert_uint_le(len, RECORD_MAX);
	ck_assert_int_eq(record_decode(raw, len, &view), PUMP_OK);
	ck_assert_uint_eq(view.count, 13);
	for (size_t i = 0; i < 13; i++)
		ck_assert_str_eq(view.fields[i].name, names[i]);
	ck_assert_int_eq(field(&view, "token")->number, 42);
	ck_assert_str_eq(field(&view, "kind")->code_name, "stop");
	ck_assert_str_eq(field(&view, "therapy")->code_name, "stopped");
	ck_assert_uint_eq(field(&view, "stage-digest")->len, DIGEST_LEN);
	ck_assert_ptr_eq(field(&view, "stage-digest")->bytes, raw + 29);
	ck_assert_int_eq(field(&view, "audit-size")->number, 99);
	ck_assert_uint_eq(field(&view, "operator")->len, 4);
	ck_assert_mem_eq(field(&view, "operator")->bytes, "anna", 4);
	ck_assert_uint_eq(field(&view, "second")->len, 0);
	ck_assert_int_eq(field(&view, "amount")->number, 1800);
}
END_TEST

START_TEST(an_alarm_record_says_which_and_whether_it_began)
{
	struct writer w = begin(RECORD_ALARM, 9);
	struct record_view view;

	writer_u8(&w, 0x33);
	writer_u8(&w, 0x55);
	writer_u32(&w, 3999999);
	ck_assert_int_eq(record_decode(raw, writer_len(&w), &view), PUMP_OK);
	ck_assert_str_eq(field(&view, "alarm")->code_name, "low");
	ck_assert_str_eq(field(&view, "state")->code_name, "raised");
	ck_assert_int_eq(field(&view, "reservoir")->number, 3999999);
}
END_TEST

START_TEST(an_unknown_type_is_kept_as_bytes)
{
	struct writer w = begin(0x6699, 11);
	struct record_view view;

	ck_assert_int_eq(record_decode(raw, writer_len(&w), &view), PUMP_OK);
	ck_assert_uint_eq(field(&view, "data")->len, 0);
	writer_u32(&w, 1);
	ck_assert_int_eq(record_decode(raw, writer_len(&w), &view), PUMP_OK);
	ck_assert_ptr_null(view.name);
	ck_assert_uint_eq(view.type, 0x6699);
	ck_assert_uint_eq(view.time_s, 11);
	ck_assert_int_eq(field(&view, "data")->unit, RECORD_UNIT_BYTES);
	ck_assert_uint_eq(field(&view, "data")->len, 4);
	ck_assert_ptr_eq(field(&view, "data")->bytes, raw + 10);
}
END_TEST

START_TEST(a_record_of_any_other_length_is_refused)
{
	struct record_view view = {.type = 7};
	size_t whole = make_order();

	for (size_t len = 0; len < whole; len++)
		ck_assert_msg(record_decode(raw, len, &view) == PUMP_EFORM, "%zu", len);
	ck_assert_int_eq(record_decode(raw, whole + 1, &view), PUMP_EFORM);
	begin(0x6699, 0);
	ck_assert_int_eq(record_decode(raw, RECORD_MAX + 1, &view), PUMP_EFORM);
	ck_assert_uint_eq(view.type, 7);
	ck_assert_int_eq(record_decode(raw, RECORD_MAX, &view), PUMP_OK);
}
END_TEST

START_TEST(a_count_above_the_signed_range_is_refused)
{
	size_t len = make_order();
	struct record_view view;

	raw[19 + 7] = 0x80; /* token */
	ck_assert_int_eq(record_decode(raw, len, &view), PUMP_EFORM);
}
END_TEST

START_TEST(the_chain_depends_on_everything_before_it)
{
	uint8_t zero[DIGEST_LEN] = {0}, other[DIGEST_LEN] = {1};
	uint8_t h[6][DIGEST_LEN], in_place[DIGEST_LEN] = {0};

	begin(RECORD_POWER_ON, 0);
	record_chain(zero, 1, 1, raw, 11, h[0]);
	record_chain(other, 1, 1, raw, 11, h[1]);
	record_chain(zero, 2, 1, raw, 11, h[2]);
	record_chain(zero, 1, 2, raw, 11, h[3]);
	record_chain(zero, 1, 1, raw, 12, h[4]);
	raw[10] ^= 1;
	record_chain(zero, 1, 1, raw, 11, h[5]);
	for (size_t i = 0; i < 6; i++)
		for (size_t j = 0; j < i; j++)
			ck_assert_mem_ne(h[i], h[j], DIGEST_LEN);
	record_chain(in_place, 1, 1, raw, 11, in_place);
	ck_assert_mem_eq(in_place, h[5], DIGEST_LEN);
}
END_TEST

START_TEST(a_record_that_cannot_exist_gives_a_hash_of_zeros)
{
	uint8_t zero[DIGEST_LEN] = {0}, hash[DIGEST_LEN] = {9};

	record_chain(zero, 1, 1, raw, 255, hash);
	ck_assert_mem_ne(hash, zero, DIGEST_LEN);
	record_chain(zero, 1, 1, raw, 256, hash);
	ck_assert_mem_eq(hash, zero, DIGEST_LEN);
}
END_TEST

START_TEST(packed_records_are_walked_to_the_last_whole_one)
{
	static const uint8_t packed[] = {2, 0xa1, 0xa2, 0, 1, 0xb1, 3, 0xc1, 0xc2};
	const uint8_t *record;
	size_t at = 0, len;

	ck_assert(record_next(packed, sizeof packed, &at, &record, &len));
	ck_assert_uint_eq(len, 2);
	ck_assert_ptr_eq(record, packed + 1);
	ck_assert(record_next(packed, sizeof packed, &at, &record, &len));
	ck_assert_uint_eq(len, 0);
	ck_assert(record_next(packed, sizeof packed, &at, &record, &len));
	ck_assert_uint_eq(record[0], 0xb1);
	ck_assert(!record_next(packed, sizeof packed, &at, &record, &len));
	ck_assert_uint_eq(at, 6);
	at = 0;
	ck_assert(!record_next(packed, 0, &at, &record, &len));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_power_on_record_names_its_cause,
		a_reference_time_may_lie_before_1970,
		a_delivery_record_carries_seconds_volume_and_reservoir,
		an_order_record_has_all_its_fields_in_order,
		an_alarm_record_says_which_and_whether_it_began,
		an_unknown_type_is_kept_as_bytes,
		a_record_of_any_other_length_is_refused,
		a_count_above_the_signed_range_is_refused,
		the_chain_depends_on_everything_before_it,
		a_record_that_cannot_exist_gives_a_hash_of_zeros,
		packed_records_are_walked_to_the_last_whole_one,
		NULL,
	};

	return suite_run_tests("records", tests, NULL, NULL);
}
