/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decodes each vector that was written by hand from docs/protocol.md, compares every field, and encodes it again. */
#include "change.h"
#include "expect.h"
#include "image.h"
#include "messages.h"
#include "order_bytes.h"
#include "records.h"
#include "suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* "status.therapy" is written as "therapy". */
static const char *member_name(const char *path)
{
	const char *point = strchr(path, '.');

	return point ? point + 1 : path;
}

#define CHECK_U8(path)     expect_number(member_name(#path), m->as.path)
#define CHECK_U16(path)    expect_number(member_name(#path), m->as.path)
#define CHECK_U32(path)    expect_number(member_name(#path), m->as.path)
#define CHECK_U64(path)    expect_number(member_name(#path), m->as.path)
#define CHECK_I64(path)    expect_signed(member_name(#path), (int64_t)m->as.path)
#define CHECK_I16(path)    expect_signed(member_name(#path), m->as.path)
#define CHECK_FLAG(path)   expect_flag(member_name(#path), m->as.path)
#define CHECK_FIXED(path)  expect_bytes(member_name(#path), (const uint8_t *)&m->as.path, sizeof m->as.path)
#define CHECK_STRING(path) expect_text(member_name(#path), (const char *)&m->as.path)

static void expect_enrol(const struct msg_enrol *enrol)
{
	if (enrol->has_operator) {
		expect_text("operator_id", enrol->operator_id);
		expect_bytes("operator_key", enrol->operator_key, OPERATOR_KEY_LEN);
	}
}

static void expect_slots(const struct msg_slots *slots)
{
	for (size_t i = 0; i < slots->count; i++) {
		expect_number("slot", slots->rows[i].slot);
		expect_bytes("workstation", slots->rows[i].workstation, WORKSTATION_LEN);
		expect_number("last_token", slots->rows[i].last_token);
		expect_number("witness_size", slots->rows[i].witness_size);
	}
}

static void expect_security(const struct msg_security *security)
{
	struct security_row row;

	for (size_t i = 0; i < security->count; i++) {
		security_row_read(security->rows + i * SECURITY_ROW_LEN, &row);
		expect_number("kind", row.kind);
		expect_bytes("workstation", row.workstation, WORKSTATION_LEN);
		expect_number("first_ticks_ms", row.first_ticks_ms);
		expect_number("last_ticks_ms", row.last_ticks_ms);
		expect_number("times", row.times);
	}
}

static void expect_care(const struct msg_care *care)
{
	for (size_t i = 0; i < care->due_count; i++) {
		expect_number("record_seq", care->due[i].record_seq);
		expect_signed("left_s", care->due[i].left_s);
	}
}

static void expect_block(const struct msg_block *block)
{
	const uint8_t *raw;
	size_t at = 0, len;

	while (record_next(block->records, block->records_len, &at, &raw, &len))
		expect_bytes("record", raw, len);
}

static void expect_staged(const struct msg_staged *staged)
{
	if (staged->has_image)
		expect_staged_image(&staged->image);
	expect_bytes("acts", staged->acts, staged->acts_len);
}

static void expect_commit(const struct msg_commit *commit)
{
	expect_number("signatures", commit->signature_count);
	for (size_t i = 0; i < commit->signature_count; i++) {
		expect_text("id", commit->signatures[i].id);
		expect_bytes("signature", commit->signatures[i].bytes, SIGNATURE_LEN);
	}
}

static void expect_operators(const struct msg_operators *operators)
{
	expect_number("count", operators->count);
	for (size_t i = 0; i < operators->count; i++) {
		expect_text("id", operators->rows[i].id);
		expect_number("role", operators->rows[i].role);
		expect_bytes("key", operators->rows[i].key, OPERATOR_KEY_LEN);
	}
}

static void expect_found(const struct msg_found *found)
{
	if (!found->found)
		return;
	expect_number("kind", found->kind);
	expect_bytes("stage_digest", found->stage_digest, DIGEST_LEN);
	expect_bytes("active_digest", found->active_digest, DIGEST_LEN);
	expect_number("therapy", found->therapy);
	expect_number("record_seq", found->record_seq);
}

static void expect_message(const struct message *m)
{
	expect_number("op", m->op);
	switch (m->op) {
		/* The rows of messages.def become "case op: check each member; break;". */
#define MESSAGE(op)                                                                                \
	break;                                                                                     \
	case op:
#define FIELD(path, kind)      CHECK_##kind(path);
#define BYTES(member, pointer) expect_bytes(#pointer, m->as.member.pointer, m->as.member.pointer##_len);
#define BODY(member)           expect_##member(&m->as.member);
#include "messages.def"
#undef MESSAGE
#undef FIELD
#undef BYTES
#undef BODY
		break;
	default:
		ck_abort_msg("op %04x", m->op);
	}
}

static void check_same_bytes(const uint8_t *bytes, size_t len)
{
	ck_assert_msg(len == vector.len && memcmp(bytes, vector.bytes, len) == 0,
		      "%s: encoded differently", vector.name);
}

static void check_digest(void)
{
	uint8_t digest[DIGEST_LEN];

	digest_bytes(vector.bytes, vector.len, digest);
	ck_assert_msg(vector.has_digest, "%s: no digest", vector.name);
	ck_assert_mem_eq(digest, vector.digest, DIGEST_LEN);
}

static enum pump_err check_message(void)
{
	static uint8_t buf[PLAINTEXT_MAX];
	struct message m;
	size_t len;
	enum pump_err err = message_decode(vector.bytes, vector.len, &m);

	if (err != PUMP_OK)
		return err;
	expect_message(&m);
	ck_assert_int_eq(message_encode(&m, buf, sizeof buf, &len), PUMP_OK);
	check_same_bytes(buf, len);
	return PUMP_OK;
}

static enum pump_err check_image(void)
{
	uint8_t buf[IMAGE_MAX];
	struct program program;
	size_t len;
	enum pump_err err = image_decode(vector.bytes, vector.len, &program);

	if (err != PUMP_OK)
		return err;
	expect_program(&program);
	ck_assert_int_eq(image_encode(&program, buf, sizeof buf, &len), PUMP_OK);
	check_same_bytes(buf, len);
	check_digest();
	return PUMP_OK;
}

static void expect_fill(const struct act_fill *fill)
{
	expect_number("volume", fill->volume_nl);
	expect_number("drawn", fill->drawn_nl);
	expect_text("rinsed", fill->rinsed ? "yes" : "no");
	expect_number("expiry", fill->expiry_day);
	expect_text("lot", fill->lot);
	expect_number("count", fill->mixture.count);
	for (size_t i = 0; i < fill->mixture.count; i++) {
		expect_text("name", fill->mixture.parts[i].name);
		expect_signed("concentration", fill->mixture.parts[i].concentration.ng_per_ml);
	}
}

static void expect_catheter(const struct act_catheter *catheter)
{
	expect_number("what", catheter->what);
	expect_number("length", catheter->length_mm);
	expect_number("volume", catheter->volume_nl);
	expect_text("tip", catheter->tip);
	expect_number("contents", catheter->contents);
}

static void expect_operator(const struct act_operator *act)
{
	expect_number("what", act->what);
	expect_text("id", act->row.id);
	if (act->what != OPERATOR_PUT)
		return;
	expect_number("role", act->row.role);
	expect_bytes("key", act->row.key, OPERATOR_KEY_LEN);
}

static void expect_acts(const struct change *change)
{
	if (change->parts & PART_FILL)
		expect_fill(&change->fill);
	if (change->parts & PART_CATHETER)
		expect_catheter(&change->catheter);
	if (change->parts & PART_BOLUS) {
		expect_number("what", change->bolus.what);
		expect_number("amount", change->bolus.amount);
		expect_number("seconds", change->bolus.seconds);
	}
	if (change->parts & PART_CLOCK) {
		expect_signed("clock", change->clock.clock_s);
		expect_number("ticks", change->clock.ticks_ms);
		expect_signed("zone", change->clock.zone_min);
	}
	if (change->parts & PART_OPERATOR)
		expect_operator(&change->operator_act);
	if (change->parts & PART_REVOKE)
		expect_number("slot", change->revoke);
	if (change->parts & PART_CARD) {
		expect_text("code", change->card);
		expect_bytes("salt", change->card_salt, CARD_SALT_LEN);
	}
	if (change->parts & PART_TAG)
		expect_text("tag", change->tag);
	if (change->parts & PART_ALARM) {
		expect_number("what", change->alarm.what);
		expect_number("alarms", change->alarm.bits);
	}
}

static enum pump_err check_change(void)
{
	uint8_t buf[CHANGE_MAX];
	struct change change;
	size_t len;
	enum pump_err err = change_decode(vector.bytes, vector.len, &change);

	if (err != PUMP_OK)
		return err;
	expect_number("version", 1);
	if (change.parts & PART_COUNTERSIGN)
		expect_number("sequence", change.countersign);
	if (change.parts & PART_IMAGE)
		expect_bytes("image", change.image, change.image_len);
	if (change.parts & PART_REASON)
		expect_text("reason", change.reason);
	if (change.parts & PART_THERAPY)
		expect_number("act", change.therapy);
	if (change.parts & PART_DURATION)
		expect_number("stop_s", change.stop_s);
	expect_acts(&change);
	ck_assert_int_eq(change_encode(&change, buf, sizeof buf, &len), PUMP_OK);
	check_same_bytes(buf, len);
	check_digest();
	return PUMP_OK;
}

static enum pump_err check_order(void)
{
	uint8_t buf[ORDER_MAX];
	struct order order;
	size_t len;
	enum pump_err err = order_decode(vector.bytes, vector.len, &order);

	if (err != PUMP_OK)
		return err;
	expect_number("version", 1);
	expect_text("serial", order.serial);
	expect_number("token", order.token);
	expect_number("kind", order.kind);
	expect_bytes("stage_digest", order.stage_digest, DIGEST_LEN);
	expect_bytes("expected_digest", order.expected_digest, DIGEST_LEN);
	expect_number("operators", order.operators);
	expect_number("not_after_ms", order.not_after_ms);
	ck_assert_int_eq(order_encode(&order, buf, sizeof buf, &len), PUMP_OK);
	check_same_bytes(buf, len);
	return PUMP_OK;
}

static void expect_record_field(const struct record_field *field)
{
	const char *written;

	if (field->unit == RECORD_UNIT_BYTES) {
		expect_bytes(field->name, field->bytes, field->len);
		return;
	}
	if (field->unit == RECORD_UNIT_TEXT) {
		char text[OPERATOR_ID_MAX + 1] = {0};

		memcpy(text, field->bytes, field->len);
		expect_text(field->name, text);
		return;
	}
	written = vector.fields[next_field].value;
	expect_signed(field->name, field->number);
	if (field->unit == RECORD_UNIT_CODE8 || field->unit == RECORD_UNIT_CODE16) {
		const char *word = strchr(written, ' ');

		ck_assert_ptr_nonnull(word);
		ck_assert_pstr_eq(field->code_name, word + 1);
	}
}

static enum pump_err check_record(void)
{
	struct record_view view;
	enum pump_err err = record_decode(vector.bytes, vector.len, &view);

	if (err != PUMP_OK)
		return err;
	expect_number("type", view.type);
	expect_number("time", view.time_s);
	for (size_t i = 0; i < view.count; i++)
		expect_record_field(&view.fields[i]);
	return PUMP_OK;
}

static enum pump_err check_chain(void)
{
	const struct vector_field *fields = vector.fields;
	uint8_t hash[DIGEST_LEN];

	ck_assert_uint_eq(vector.field_count, 4);
	record_chain(fields[0].bytes, (uint32_t)strtoul(fields[1].value, NULL, 0),
		     strtoull(fields[2].value, NULL, 0), fields[3].bytes, fields[3].len, hash);
	ck_assert(vector.has_digest);
	ck_assert_mem_eq(hash, vector.digest, DIGEST_LEN);
	next_field = 4;
	return PUMP_OK;
}

static const struct {
	const char *kind;
	enum pump_err (*check)(void);
} kinds[] = {
	{"message", check_message}, {"image", check_image},   {"change", check_change},
	{"order", check_order},     {"record", check_record}, {"chain", check_chain},
};

static void check_vector(void)
{
	bool must_refuse = strncmp(vector.kind, "refused-", 8) == 0;
	const char *kind = must_refuse ? vector.kind + 8 : vector.kind;

	next_field = 0;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strcmp(kinds[i].kind, kind) != 0)
			continue;
		if (must_refuse) {
			ck_assert_msg(kinds[i].check() != PUMP_OK, "%s: accepted", vector.name);
		} else {
			ck_assert_msg(kinds[i].check() == PUMP_OK, "%s: refused", vector.name);
			expect_end();
		}
		return;
	}
	ck_abort_msg("%s: kind %s", vector.name, vector.kind);
}

static void check_file(const char *name, int least)
{
	char path[1024];
	int checked = 0;
	FILE *file;

	snprintf(path, sizeof path, "%s/vectors/%s", TEST_DATA, name);
	file = fopen(path, "r");
	ck_assert_msg(file != NULL, "%s", path);
	while (vector_read(file, &vector)) {
		check_vector();
		checked++;
	}
	fclose(file);
	ck_assert_int_ge(checked, least);
}

START_TEST(every_message_is_read_and_written_as_the_document_says)
{
	check_file("messages.txt", 61);
}
END_TEST

START_TEST(every_image_change_and_order_is_read_and_written_as_the_document_says)
{
	check_file("images.txt", 44);
}
END_TEST

START_TEST(every_record_and_chain_value_is_as_the_document_says)
{
	check_file("records.txt", 25);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		every_message_is_read_and_written_as_the_document_says,
		every_image_change_and_order_is_read_and_written_as_the_document_says,
		every_record_and_chain_value_is_as_the_document_says,
		NULL,
	};

	return suite_run_tests("vectors", tests, NULL, NULL);
}
