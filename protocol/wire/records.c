/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "records.h"

#include "bytes.h"

#include <sodium.h>
#include <string.h>

#define RAW_HEADER_LEN 10 /* type and time */
#define PACKED_MAX     255 /* what the length byte of a packed record can say */

enum row_kind { ROW_RECORD, ROW_FIELD, ROW_WORD, ROW_END };

struct row {
	enum row_kind kind;
	const char *name;
	uint16_t code;         /* RECORD: type; WORD: code */
	enum record_unit unit; /* FIELD */
	size_t size;           /* FIELD */
};

#define RECORD(type, text)      {.kind = ROW_RECORD, .name = (text), .code = (type)},
#define FIELD(text, what, len)  {.kind = ROW_FIELD, .name = (text), .unit = RECORD_UNIT_##what, .size = (len)},
#define WORD(value, text)       {.kind = ROW_WORD, .name = (text), .code = (value)},
static const struct row rows[] = {
#include "records.def"
	{.kind = ROW_END},
};
#undef RECORD
#undef FIELD
#undef WORD

static const struct row *find_record(uint16_t type)
{
	const struct row *row = rows;

	while (row->kind != ROW_END && !(row->kind == ROW_RECORD && row->code == type))
		row++;
	return row->kind == ROW_END ? NULL : row;
}

static const char *find_word(const struct row *field, int64_t code)
{
	for (const struct row *row = field + 1; row->kind == ROW_WORD; row++)
		if (row->code == code)
			return row->name;
	return NULL;
}

/* Counts and tokens are u64 on the wire; one above the signed range is no number we can show. */
static int64_t read_number(struct reader *r, enum record_unit unit, size_t size)
{
	uint64_t value;

	if (unit == RECORD_UNIT_UTC)
		return reader_i64(r);
	if (size == 1)
		return reader_u8(r);
	if (size == 2)
		return reader_u16(r);
	if (size == 4)
		return reader_u32(r);
	value = reader_u64(r);
	if (value > INT64_MAX)
		r->failed = true;
	return r->failed ? 0 : (int64_t)value;
}

/* Zeros follow the text to the end of the field, or it is none. */
static void read_text(struct reader *r, size_t size, struct record_field *field)
{
	field->bytes = reader_take(r, size);
	if (!field->bytes)
		return;
	while (field->len < size && field->bytes[field->len] != 0) {
		if (field->bytes[field->len] < 0x20 || field->bytes[field->len] > 0x7e)
			r->failed = true;
		field->len++;
	}
	for (size_t i = field->len; i < size; i++)
		if (field->bytes[i] != 0)
			r->failed = true;
}

static void read_field(struct reader *r, const struct row *row, struct record_field *field)
{
	*field = (struct record_field){.name = row->name, .unit = row->unit};
	if (row->unit == RECORD_UNIT_BYTES) {
		field->len = row->size;
		field->bytes = reader_take(r, row->size);
		return;
	}
	if (row->unit == RECORD_UNIT_TEXT) {
		read_text(r, row->size, field);
		return;
	}
	field->number = read_number(r, row->unit, row->size);
	if (row->unit == RECORD_UNIT_CODE8 || row->unit == RECORD_UNIT_CODE16)
		field->code_name = find_word(row, field->number);
}

enum pump_err record_decode(const uint8_t *raw, size_t len, struct record_view *view)
{
	struct record_view decoded = {0};
	const struct row *row;
	struct reader r;

	if (len < RAW_HEADER_LEN || len > RECORD_MAX)
		return PUMP_EFORM;
	reader_init(&r, raw, len);
	decoded.type = reader_u16(&r);
	decoded.time_s = reader_u64(&r);
	row = find_record(decoded.type);
	if (!row) {
		const struct row data = {.name = "data", .unit = RECORD_UNIT_BYTES,
					 .size = reader_left(&r)};

		read_field(&r, &data, &decoded.fields[decoded.count++]);
	} else {
		decoded.name = row->name;
		for (row++; row->kind == ROW_FIELD || row->kind == ROW_WORD; row++)
			if (row->kind == ROW_FIELD)
				read_field(&r, row, &decoded.fields[decoded.count++]);
	}
	if (!reader_done(&r))
		return PUMP_EFORM;
	*view = decoded;
	return PUMP_OK;
}

void record_chain(const uint8_t before[DIGEST_LEN], uint32_t epoch, uint64_t seq,
		  const uint8_t *raw, size_t len, uint8_t hash[DIGEST_LEN])
{
	uint8_t input[DIGEST_LEN + 4 + 8 + PACKED_MAX];
	struct writer w;

	writer_init(&w, input, sizeof input);
	writer_copy(&w, before, DIGEST_LEN);
	writer_u32(&w, epoch);
	writer_u64(&w, seq);
	writer_copy(&w, raw, len);
	if (w.failed) {
		memset(hash, 0, DIGEST_LEN);
		return;
	}
	crypto_generichash(hash, DIGEST_LEN, input, writer_len(&w), NULL, 0);
}

bool record_next(const uint8_t *packed, size_t packed_len, size_t *at, const uint8_t **raw,
		 size_t *len)
{
	if (*at >= packed_len || packed[*at] > packed_len - *at - 1)
		return false;
	*len = packed[*at];
	*raw = packed + *at + 1;
	*at += 1 + *len;
	return true;
}
