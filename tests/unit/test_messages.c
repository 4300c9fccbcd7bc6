/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "messages.h"
#include "suite.h"

#include <string.h>

static const uint16_t ops[] = {
#define MESSAGE(op) op,
#define FIELD(member, kind)
#define BYTES(member, pointer)
#define BODY(member)
#include "messages.def"
#undef MESSAGE
#undef FIELD
#undef BYTES
#undef BODY
};
#define OPS ((int)(sizeof ops / sizeof ops[0]))

static const uint8_t rows[SECURITY_EVENTS_MAX * SECURITY_ROW_LEN] = {SECURITY_KEY, 1, 2, 3};
static const uint8_t blob[] = {1, 2, 3, 4, 5};
static const uint8_t records[] = {10, 0x33, 0x0F, 1, 0, 0, 0, 0, 0, 0, 0,
				  11, 0x99, 0x66, 2, 0, 0, 0, 0, 0, 0, 0, 0xee};
static uint8_t buf[PLAINTEXT_MAX + 1];

static void fill_staged(struct msg_staged *staged, bool has_image)
{
	staged->has_image = has_image;
	staged->acts_len = has_image ? ACTS_MAX : 0;
	if (!has_image) {
		memset(&staged->image, 0, sizeof staged->image);
		return;
	}
	/* Only what mode, has_patient and bridge name lies on the wire. */
	memset(&staged->image.flex, 0, sizeof staged->image.flex);
	memset(&staged->image.periodic, 0, sizeof staged->image.periodic);
	staged->image.mode = MODE_SIMPLE;
	staged->image.has_patient = true;
	staged->image.bridge = BRIDGE_CODE_RUNS;
	staged->image.count = 2;
	memset(staged->image.drugs, 0, sizeof staged->image.drugs);
	memcpy(staged->image.drugs[0].name, "morphine", 9);
	staged->image.drugs[0].concentration_ng_per_ml = 10000000;
	staged->image.drugs[0].daily_ng = 1200000;
	memcpy(staged->image.drugs[1].name, "clonidine-hydrochloride0", 25);
	staged->image.drugs[1].concentration_ng_per_ml = 7;
	staged->image.drugs[1].daily_ng = UINT64_MAX;
	staged->image.drugs[1].worst_ng = UINT64_MAX - 1;
}

static void fill_operators(struct msg_operators *operators, bool full)
{
	operators->count = full ? OPERATORS_MAX : 0;
	for (uint8_t i = 0; i < OPERATORS_MAX; i++) {
		memset(operators->rows[i].id, 0, sizeof operators->rows[i].id);
		memset(operators->rows[i].id, 'a' + i, 1 + i);
		operators->rows[i].role = i % 2 == 0 ? OPERATOR_NURSE : OPERATOR_SUPERVISOR;
	}
}

static void fill_started(struct msg_started *started)
{
	memset(started, 0, offsetof(struct msg_started, slot));
	memcpy(started->serial, "PX40-0000000000000000123", SERIAL_MAX);
	memcpy(started->model, "PX40", 5);
	memcpy(started->patient_tag, "WARD4-BED-12", TAG_MAX);
}

static void fill_found(struct msg_found *found, bool is_found)
{
	if (!is_found)
		memset(found, 0, sizeof *found);
	found->found = is_found;
	found->pending = !is_found;
}

static void fill_care(struct msg_care *care, bool full)
{
	memset(care->lot, 0, sizeof care->lot);
	memset(care->tip, 0, sizeof care->tip);
	memset(care->lot, 'L', full ? LOT_MAX : 0);
	memset(care->tip, 'T', full ? TIP_MAX : 0);
	care->rinsed = full;
	care->due_count = full ? CARE_DUE_MAX : 0;
}

static void fill_access(struct message *m, bool full)
{
	switch (m->op) {
	case OP_ENROL:
		m->as.enrol.has_operator = full;
		memcpy(m->as.enrol.operator_id, "anna.supervisor", 16);
		break;
	case OP_ENROLLED:
		memcpy(m->as.enrolled.patient_tag, "TAG", 4);
		break;
	case OP_SLOTS:
		m->as.slots.count = full ? SLOTS_MAX : 0;
		break;
	case OP_SECURITY:
		m->as.security.count = full ? SECURITY_EVENTS_MAX : 0;
		m->as.security.rows = rows;
		m->as.security.rows_len = full ? sizeof rows : 0;
		break;
	default:
		break;
	}
}

/* Different bytes in every field, then what cannot be any byte. full: with its optional end. */
static struct message make(uint16_t op, bool full)
{
	struct message m;
	uint8_t *bytes = (uint8_t *)&m;

	for (size_t i = 0; i < sizeof m; i++)
		bytes[i] = (uint8_t)(17 + 29 * i);
	m.op = op;
	switch (op) {
	case OP_STARTED:
		fill_started(&m.as.started);
		break;
	case OP_IMAGE:
		m.as.image.image = blob;
		m.as.image.image_len = full ? sizeof blob : 0;
		break;
	case OP_BLOCK:
		m.as.block.count = full ? 2 : 1;
		m.as.block.records = records;
		m.as.block.records_len = full ? sizeof records : 11;
		break;
	case OP_STAGE:
		m.as.stage.change = blob;
		m.as.stage.change_len = full ? sizeof blob : 0;
		break;
	case OP_STAGED:
		fill_staged(&m.as.staged, full);
		break;
	case OP_COMMIT:
		m.as.commit.order = blob;
		m.as.commit.order_len = full ? sizeof blob : 0;
		m.as.commit.signature_count = full ? 2 : 0;
		memset(m.as.commit.signatures[0].id, 0, sizeof m.as.commit.signatures[0].id);
		memset(m.as.commit.signatures[1].id, 0, sizeof m.as.commit.signatures[1].id);
		memcpy(m.as.commit.signatures[0].id, "a", 2);
		memcpy(m.as.commit.signatures[1].id, "nurse.of-the-wa0", 17);
		if (!full)
			memset(m.as.commit.signatures, 0, sizeof m.as.commit.signatures);
		break;
	case OP_OPERATORS:
		fill_operators(&m.as.operators, full);
		break;
	case OP_CARE:
		fill_care(&m.as.care, full);
		break;
	case OP_FOUND:
		fill_found(&m.as.found, full);
		break;
	default:
		fill_access(&m, full);
		break;
	}
	return m;
}

static size_t encode(const struct message *m)
{
	size_t len = 0;

	ck_assert_int_eq(message_encode(m, buf, PLAINTEXT_MAX, &len), PUMP_OK);
	ck_assert_uint_ge(len, 2);
	return len;
}

START_TEST(every_message_survives_encoding_and_decoding)
{
	for (int full = 0; full < 2; full++) {
		static uint8_t first[PLAINTEXT_MAX];
		struct message m = make(ops[_i], full), decoded;
		size_t len = encode(&m);

		memcpy(first, buf, len);
		ck_assert_int_eq(message_decode(first, len, &decoded), PUMP_OK);
		ck_assert_uint_eq(decoded.op, m.op);
		ck_assert_uint_eq(encode(&decoded), len);
		ck_assert_mem_eq(buf, first, len);
	}
}
END_TEST

START_TEST(a_message_cut_at_any_length_or_longer_by_a_byte_is_refused)
{
	for (int full = 0; full < 2; full++) {
		struct message m = make(ops[_i], full), decoded;
		size_t len = encode(&m);

		for (size_t cut = 0; cut < len; cut++)
			ck_assert_msg(message_decode(buf, cut, &decoded) == PUMP_EFORM,
				      "op %04x cut at %zu", ops[_i], cut);
		for (unsigned int byte = 0; byte < 256; byte++) {
			buf[len] = (uint8_t)byte;
			ck_assert_msg(message_decode(buf, len + 1, &decoded) == PUMP_EFORM,
				      "op %04x and %02x", ops[_i], byte);
		}
	}
}
END_TEST

START_TEST(a_buffer_that_is_too_small_is_an_error)
{
	struct message m = make(ops[_i], true);
	size_t len = encode(&m), untouched = 77;

	for (size_t size = 0; size < len; size++)
		ck_assert_int_eq(message_encode(&m, buf, size, &untouched), PUMP_ESHORT);
	ck_assert_uint_eq(untouched, 77);
	ck_assert_int_eq(message_encode(&m, buf, len, &untouched), PUMP_OK);
}
END_TEST

START_TEST(an_unknown_op_is_named)
{
	static const uint8_t unknown[] = {0x99, 0x96, 1, 2};
	struct message m;
	size_t len;

	ck_assert_int_eq(message_decode(unknown, sizeof unknown, &m), PUMP_EUNKNOWN);
	ck_assert_uint_eq(m.op, 0x9699);
	ck_assert_int_eq(message_encode(&m, buf, sizeof buf, &len), PUMP_EUNKNOWN);
}
END_TEST

START_TEST(fields_land_where_they_belong)
{
	struct message m = make(OP_STATUS, true), decoded;
	size_t len;

	m.as.status.clock_s = -1;
	m.as.status.alarms = ALARM_EMPTY;
	len = encode(&m);
	ck_assert_int_eq(message_decode(buf, len, &decoded), PUMP_OK);
	ck_assert_uint_eq(decoded.as.status.therapy, m.as.status.therapy);
	ck_assert_mem_eq(decoded.as.status.active_digest, m.as.status.active_digest, DIGEST_LEN);
	ck_assert_uint_eq(decoded.as.status.rate_nl_per_day, m.as.status.rate_nl_per_day);
	ck_assert_uint_eq(decoded.as.status.reservoir_nl, m.as.status.reservoir_nl);
	ck_assert_uint_eq(decoded.as.status.low_alarm_nl, m.as.status.low_alarm_nl);
	ck_assert_uint_eq(decoded.as.status.alarms, ALARM_EMPTY);
	ck_assert_int_eq(decoded.as.status.clock_s, -1);
	ck_assert_uint_eq(decoded.as.status.ticks_ms, m.as.status.ticks_ms);
	ck_assert_uint_eq(decoded.as.status.delivered_nl, m.as.status.delivered_nl);
}
END_TEST

START_TEST(the_pump_s_decoding_of_a_stage_survives)
{
	struct message m = make(OP_STAGED, true), decoded;
	size_t len = encode(&m);

	ck_assert_int_eq(message_decode(buf, len, &decoded), PUMP_OK);
	ck_assert(decoded.as.staged.has_image);
	ck_assert_uint_eq(decoded.as.staged.image.dose_ng_per_day,
			  m.as.staged.image.dose_ng_per_day);
	ck_assert_uint_eq(decoded.as.staged.image.count, 2);
	ck_assert_str_eq(decoded.as.staged.image.drugs[1].name, "clonidine-hydrochloride0");
	ck_assert_uint_eq(decoded.as.staged.image.drugs[1].daily_ng, UINT64_MAX);
	ck_assert_uint_eq(decoded.as.staged.image.drugs[1].worst_ng, UINT64_MAX - 1);
	ck_assert_uint_eq(decoded.as.staged.image.patient.lockout_s,
			  m.as.staged.image.patient.lockout_s);
	ck_assert_uint_eq(decoded.as.staged.image.bridge_duration_s,
			  m.as.staged.image.bridge_duration_s);
}
END_TEST

START_TEST(bytes_point_into_the_message)
{
	struct message m = make(OP_STAGE, true), decoded;
	size_t len = encode(&m);

	ck_assert_int_eq(message_decode(buf, len, &decoded), PUMP_OK);
	ck_assert_ptr_eq(decoded.as.stage.change, buf + 4);
	ck_assert_uint_eq(decoded.as.stage.change_len, sizeof blob);
}
END_TEST

START_TEST(a_flag_is_yes_or_no_and_nothing_between)
{
	struct message m = make(OP_FOUND, false), decoded;
	size_t len = encode(&m);

	ck_assert_uint_eq(buf[10], FLAG_NO);
	for (unsigned int byte = 0; byte < 256; byte++) {
		buf[11] = (uint8_t)byte; /* pending */
		ck_assert_int_eq(message_decode(buf, len, &decoded),
				 byte == FLAG_NO || byte == FLAG_YES ? PUMP_OK : PUMP_EFORM);
	}
	buf[11] = FLAG_YES;
	buf[10] = 0x01;
	ck_assert_int_eq(message_decode(buf, len, &decoded), PUMP_EFORM);
}
END_TEST

START_TEST(an_operator_of_an_enrolment_has_an_id)
{
	struct message m = make(OP_ENROL, true), decoded;
	size_t len = encode(&m);

	ck_assert_int_eq(message_decode(buf, len, &decoded), PUMP_OK);
	ck_assert_str_eq(decoded.as.enrol.operator_id, "anna.supervisor");
	buf[4] = ' ';
	ck_assert_int_eq(message_decode(buf, len, &decoded), PUMP_EFORM);
	m.as.enrol.operator_id[0] = '\0';
	ck_assert_int_eq(message_encode(&m, buf, sizeof buf, &len), PUMP_ERANGE);
	memset(m.as.enrol.operator_id, 'x', sizeof m.as.enrol.operator_id);
	ck_assert_int_eq(message_encode(&m, buf, sizeof buf, &len), PUMP_ERANGE);
}
END_TEST

START_TEST(lists_longer_than_a_pump_has_are_refused)
{
	struct message slots = make(OP_SLOTS, true), security = make(OP_SECURITY, true), decoded;
	struct message care = make(OP_CARE, true);
	size_t len = encode(&slots);

	buf[6] = SLOTS_MAX + 1;
	ck_assert_int_eq(message_decode(buf, len + 25, &decoded), PUMP_EFORM);
	slots.as.slots.count = SLOTS_MAX + 1;
	ck_assert_int_eq(message_encode(&slots, buf, sizeof buf, &len), PUMP_ERANGE);
	len = encode(&security);
	buf[10] = SECURITY_EVENTS_MAX + 1;
	ck_assert_int_eq(message_decode(buf, len + 29, &decoded), PUMP_EFORM);
	security.as.security.count = SECURITY_EVENTS_MAX + 1;
	ck_assert_int_eq(message_encode(&security, buf, sizeof buf, &len), PUMP_ERANGE);
	care.as.care.due_count = CARE_DUE_MAX + 1;
	ck_assert_int_eq(message_encode(&care, buf, sizeof buf, &len), PUMP_ERANGE);
}
END_TEST

START_TEST(a_commit_carries_at_most_two_signatures)
{
	struct message m = make(OP_COMMIT, true), decoded;
	size_t len = encode(&m), at = 2 + 2 + sizeof blob;

	ck_assert_uint_eq(buf[at], 2);
	buf[at] = 3;
	ck_assert_int_eq(message_decode(buf, len, &decoded), PUMP_EFORM);
	m.as.commit.signature_count = 3;
	ck_assert_int_eq(message_encode(&m, buf, sizeof buf, &len), PUMP_ERANGE);
}
END_TEST

START_TEST(ids_and_roles_of_operators_are_checked_both_ways)
{
	struct message m = make(OP_OPERATORS, true), decoded;
	size_t len = encode(&m);
	enum { COUNT_AT = 2 + 4, ID_AT = COUNT_AT + 2, ROLE_AT = ID_AT + 1 };

	ck_assert_uint_eq(buf[ROLE_AT], OPERATOR_NURSE);
	buf[ROLE_AT] = 0x0F;
	ck_assert_int_eq(message_decode(buf, len, &decoded), PUMP_EFORM);
	buf[ROLE_AT] = OPERATOR_VIEWER;
	ck_assert_int_eq(message_decode(buf, len, &decoded), PUMP_OK);
	for (unsigned int byte = 0; byte < 256; byte++) {
		buf[ID_AT] = (uint8_t)byte;
		ck_assert_int_eq(message_decode(buf, len, &decoded),
				 byte >= 'a' && byte <= 'z' ? PUMP_OK : PUMP_EFORM);
	}
	m.as.operators.rows[0].role = 0;
	ck_assert_int_eq(message_encode(&m, buf, sizeof buf, &len), PUMP_ERANGE);
	m.as.operators.rows[0].role = OPERATOR_NURSE;
	m.as.operators.rows[0].id[0] = '\0';
	ck_assert_int_eq(message_encode(&m, buf, sizeof buf, &len), PUMP_ERANGE);
	m.as.operators.count = OPERATORS_MAX + 1;
	ck_assert_int_eq(message_encode(&m, buf, sizeof buf, &len), PUMP_ERANGE);
}
END_TEST

START_TEST(a_block_counts_its_whole_records)
{
	struct message m = make(OP_BLOCK, true), decoded;
	size_t len;

	for (uint16_t count = 0; count < 4; count++) {
		m.as.block.count = count;
		ck_assert_int_eq(message_encode(&m, buf, sizeof buf, &len),
				 count == 2 ? PUMP_OK : PUMP_ERANGE);
	}
	m.as.block.count = 2;
	len = encode(&m);
	buf[14] = 3;
	ck_assert_uint_eq(buf[16], 10);
	ck_assert_int_eq(message_decode(buf, len, &decoded), PUMP_EFORM);
	buf[14] = 2;
	buf[16] = 9;
	ck_assert_int_eq(message_decode(buf, len, &decoded), PUMP_EFORM);
}
END_TEST

START_TEST(an_empty_block_and_a_record_of_impossible_length_are_refused)
{
	uint8_t packed[1 + RECORD_MAX + 1] = {RECORD_MAX};
	struct message m = make(OP_BLOCK, true);
	size_t len;

	m.as.block.count = 0;
	m.as.block.records_len = 0;
	ck_assert_int_eq(message_encode(&m, buf, sizeof buf, &len), PUMP_ERANGE);
	m.as.block.count = 1;
	m.as.block.records = packed;
	m.as.block.records_len = 1 + RECORD_MAX;
	ck_assert_int_eq(message_encode(&m, buf, sizeof buf, &len), PUMP_OK);
	packed[0] = RECORD_MAX + 1;
	m.as.block.records_len = 1 + RECORD_MAX + 1;
	ck_assert_int_eq(message_encode(&m, buf, sizeof buf, &len), PUMP_ERANGE);
	packed[0] = 9;
	m.as.block.records_len = 10;
	ck_assert_int_eq(message_encode(&m, buf, sizeof buf, &len), PUMP_ERANGE);
}
END_TEST

START_TEST(text_from_the_peer_is_printable)
{
	struct message m = make(OP_STARTED, true), decoded;
	size_t len = encode(&m);

	buf[3] = 0x1b;
	ck_assert_int_eq(message_decode(buf, len, &decoded), PUMP_EFORM);
	m.as.started.serial[0] = 0x1b;
	ck_assert_int_eq(message_encode(&m, buf, sizeof buf, &len), PUMP_ERANGE);
	m = make(OP_STARTED, true);
	m.as.started.serial[SERIAL_MAX] = 'x';
	ck_assert_int_eq(message_encode(&m, buf, sizeof buf, &len), PUMP_ERANGE);
}
END_TEST

START_TEST(a_stage_of_no_drug_seven_drugs_or_a_false_name_is_refused)
{
	struct message m = make(OP_STAGED, true), decoded;
	size_t len = encode(&m);
	size_t count_at = 2 + 32 + 32 + 1 + 8 + 8 + 8 + 4 + 1 + 8 + 8 + 4 + 8 + 1 + 1 + 8 + 4 + 8 + 8 + 8;

	ck_assert_uint_eq(buf[count_at], 2);
	buf[count_at] = 0;
	ck_assert_int_eq(message_decode(buf, len, &decoded), PUMP_EFORM);
	buf[count_at] = MIXTURE_MAX + 1;
	ck_assert_int_eq(message_decode(buf, len, &decoded), PUMP_EFORM);
	buf[count_at] = 2;
	buf[count_at + 2] = 'M';
	ck_assert_int_eq(message_decode(buf, len, &decoded), PUMP_EFORM);
	m.as.staged.image.drugs[0].name[0] = 'M';
	ck_assert_int_eq(message_encode(&m, buf, sizeof buf, &len), PUMP_ERANGE);
	m = make(OP_STAGED, true);
	m.as.staged.image.count = MIXTURE_MAX + 1;
	ck_assert_int_eq(message_encode(&m, buf, sizeof buf, &len), PUMP_ERANGE);
	m.as.staged.image.count = 0;
	ck_assert_int_eq(message_encode(&m, buf, sizeof buf, &len), PUMP_ERANGE);
}
END_TEST

START_TEST(more_than_65535_bytes_do_not_fit_a_message)
{
	static uint8_t large[65536];
	struct message m = {.op = OP_STAGE, .as.stage = {large, sizeof large}};
	size_t len;

	ck_assert_int_eq(message_encode(&m, buf, sizeof buf, &len), PUMP_ERANGE);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		an_unknown_op_is_named,
		fields_land_where_they_belong,
		the_pump_s_decoding_of_a_stage_survives,
		bytes_point_into_the_message,
		a_flag_is_yes_or_no_and_nothing_between,
		an_operator_of_an_enrolment_has_an_id,
		lists_longer_than_a_pump_has_are_refused,
		a_commit_carries_at_most_two_signatures,
		ids_and_roles_of_operators_are_checked_both_ways,
		a_block_counts_its_whole_records,
		an_empty_block_and_a_record_of_impossible_length_are_refused,
		text_from_the_peer_is_printable,
		a_stage_of_no_drug_seven_drugs_or_a_false_name_is_refused,
		more_than_65535_bytes_do_not_fit_a_message,
		NULL,
	};
	const struct suite_loop loops[] = {
		{every_message_survives_encoding_and_decoding, OPS},
		{a_message_cut_at_any_length_or_longer_by_a_byte_is_refused, OPS},
		{a_buffer_that_is_too_small_is_an_error, OPS},
		{NULL, 0},
	};

	return suite_run_loops("messages", tests, loops, NULL, NULL);
}
