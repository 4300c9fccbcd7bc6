/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "messages.h"

#include "messages_access.h"
#include "messages_body.h"

#include <string.h>

enum row_kind {
	ROW_MESSAGE, ROW_BODY, ROW_END,
	/* Fields: */
	ROW_U8, ROW_U16, ROW_U32, ROW_U64, ROW_I16, ROW_I64,
	ROW_FLAG,   /* bool as enum flag8 */
	ROW_FIXED,  /* array of bytes */
	ROW_STRING, /* char array as string8 */
	ROW_BYTES,  /* pointer and length as bytes16 */
};

struct row {
	enum row_kind kind;
	uint16_t op;              /* MESSAGE */
	size_t offset, size;      /* field in struct message */
	size_t len_offset;        /* BYTES: of the length */
	enum pump_err (*write)(const struct message *, struct writer *); /* BODY */
	void (*read)(struct reader *, struct message *);
};

#define SIZE_OF(member) sizeof(((struct message *)NULL)->as.member)
#define MESSAGE(code) {.kind = ROW_MESSAGE, .op = (code)},
#define FIELD(member, what)                                                                        \
	{.kind = ROW_##what, .offset = offsetof(struct message, as.member), .size = SIZE_OF(member)},
#define BYTES(member, pointer)                                                                     \
	{.kind = ROW_BYTES, .offset = offsetof(struct message, as.member.pointer),                 \
	 .len_offset = offsetof(struct message, as.member.pointer##_len)},
#define BODY(member) {.kind = ROW_BODY, .write = member##_body_write, .read = member##_body_read},
static const struct row rows[] = {
#include "messages.def"
	{.kind = ROW_END},
};
#undef MESSAGE
#undef FIELD
#undef BYTES
#undef BODY

/* A row whose kind is not as wide as its member would read or write past it. */
#define WIDE_U8     1
#define WIDE_U16    2
#define WIDE_U32    4
#define WIDE_U64    8
#define WIDE_I16    2
#define WIDE_I64    8
#define WIDE_FLAG   sizeof(bool)
#define WIDE_FIXED  0
#define WIDE_STRING 0
#define MESSAGE(code)
#define FIELD(member, what) \
	_Static_assert(WIDE_##what == 0 || SIZE_OF(member) == WIDE_##what, #member);
#define BYTES(member, pointer)
#define BODY(member)
#include "messages.def"
#undef MESSAGE
#undef FIELD
#undef BYTES
#undef BODY

static const struct row *find_message(uint16_t op)
{
	const struct row *row = rows;

	while (row->kind != ROW_END && !(row->kind == ROW_MESSAGE && row->op == op))
		row++;
	return row->kind == ROW_END ? NULL : row;
}

static uint64_t load_number(const uint8_t *member, size_t size)
{
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	switch (size) {
	case 1:
		return *member;
	case sizeof u16:
		memcpy(&u16, member, sizeof u16);
		return u16;
	case sizeof u32:
		memcpy(&u32, member, sizeof u32);
		return u32;
	default:
		memcpy(&u64, member, sizeof u64);
		return u64;
	}
}

static bool load_bool(const uint8_t *member)
{
	bool value;

	memcpy(&value, member, sizeof value);
	return value;
}

static enum pump_err write_string(const uint8_t *member, size_t size, struct writer *w)
{
	size_t len = 0;

	while (len < size && member[len] != '\0') {
		if (member[len] < 0x20 || member[len] > 0x7e)
			return PUMP_ERANGE;
		len++;
	}
	if (len == size)
		return PUMP_ERANGE;
	writer_u8(w, (uint8_t)len);
	writer_copy(w, member, len);
	return PUMP_OK;
}

static enum pump_err write_bytes(const struct message *m, const struct row *row, struct writer *w)
{
	const uint8_t *base = (const uint8_t *)m;
	const uint8_t *data;
	size_t len;

	memcpy(&data, base + row->offset, sizeof data);
	memcpy(&len, base + row->len_offset, sizeof len);
	if (len > UINT16_MAX)
		return PUMP_ERANGE;
	writer_bytes16(w, data, len);
	return PUMP_OK;
}

static enum pump_err write_row(const struct message *m, const struct row *row, struct writer *w)
{
	const uint8_t *member = (const uint8_t *)m + row->offset;

	switch (row->kind) {
	case ROW_U8:
		writer_u8(w, *member);
		return PUMP_OK;
	case ROW_U16:
	case ROW_I16:
		writer_u16(w, (uint16_t)load_number(member, row->size));
		return PUMP_OK;
	case ROW_U32:
		writer_u32(w, (uint32_t)load_number(member, row->size));
		return PUMP_OK;
	case ROW_U64:
	case ROW_I64:
		writer_u64(w, load_number(member, row->size));
		return PUMP_OK;
	case ROW_FLAG:
		writer_u8(w, load_bool(member) ? FLAG_YES : FLAG_NO);
		return PUMP_OK;
	case ROW_FIXED:
		writer_copy(w, member, row->size);
		return PUMP_OK;
	case ROW_STRING:
		return write_string(member, row->size, w);
	case ROW_BYTES:
		return write_bytes(m, row, w);
	case ROW_BODY:
		return row->write(m, w);
	case ROW_MESSAGE:
	case ROW_END:
		break;
	}
	return PUMP_EUNKNOWN;
}

static bool is_field(const struct row *row)
{
	return row->kind != ROW_MESSAGE && row->kind != ROW_END;
}

enum pump_err message_encode(const struct message *m, uint8_t *buf, size_t size, size_t *len)
{
	const struct row *row = find_message(m->op);
	struct writer w;

	if (!row)
		return PUMP_EUNKNOWN;
	writer_init(&w, buf, size);
	writer_u16(&w, m->op);
	for (row++; is_field(row); row++) {
		enum pump_err err = write_row(m, row, &w);

		if (err != PUMP_OK)
			return err;
	}
	if (w.failed)
		return PUMP_ESHORT;
	*len = writer_len(&w);
	return PUMP_OK;
}

static void read_flag(struct reader *r, uint8_t *member)
{
	uint8_t byte = reader_u8(r);
	bool value = byte == FLAG_YES;

	if (byte != FLAG_YES && byte != FLAG_NO)
		r->failed = true;
	memcpy(member, &value, sizeof value);
}

static void read_number(struct reader *r, uint8_t *member, size_t size)
{
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	switch (size) {
	case 1:
		*member = reader_u8(r);
		return;
	case sizeof u16:
		u16 = reader_u16(r);
		memcpy(member, &u16, sizeof u16);
		return;
	case sizeof u32:
		u32 = reader_u32(r);
		memcpy(member, &u32, sizeof u32);
		return;
	default:
		u64 = reader_u64(r);
		memcpy(member, &u64, sizeof u64);
		return;
	}
}

static void read_bytes(struct reader *r, uint8_t *base, const struct row *row)
{
	size_t len;
	const uint8_t *data = reader_bytes16(r, &len);

	memcpy(base + row->offset, &data, sizeof data);
	memcpy(base + row->len_offset, &len, sizeof len);
}

static void read_row(struct reader *r, struct message *m, const struct row *row)
{
	uint8_t *member = (uint8_t *)m + row->offset;

	switch (row->kind) {
	case ROW_U8:
	case ROW_U16:
	case ROW_U32:
	case ROW_U64:
	case ROW_I16:
	case ROW_I64:
		read_number(r, member, row->size);
		return;
	case ROW_FLAG:
		read_flag(r, member);
		return;
	case ROW_FIXED:
		reader_copy(r, member, row->size);
		return;
	case ROW_STRING:
		reader_string8(r, (char *)member, row->size);
		return;
	case ROW_BYTES:
		read_bytes(r, (uint8_t *)m, row);
		return;
	case ROW_BODY:
		row->read(r, m);
		return;
	case ROW_MESSAGE:
	case ROW_END:
		return;
	}
}

enum pump_err message_decode(const uint8_t *buf, size_t len, struct message *m)
{
	const struct row *row;
	struct reader r;

	memset(m, 0, sizeof *m);
	reader_init(&r, buf, len);
	m->op = reader_u16(&r);
	if (r.failed)
		return PUMP_EFORM;
	row = find_message(m->op);
	if (!row)
		return PUMP_EUNKNOWN;
	for (row++; is_field(row) && !r.failed; row++)
		read_row(&r, m, row);
	return reader_done(&r) ? PUMP_OK : PUMP_EFORM;
}
