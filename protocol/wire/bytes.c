/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bytes.h"

#include <string.h>

void reader_init(struct reader *r, const uint8_t *data, size_t len)
{
	static const uint8_t nothing;

	/* Empty input may come without an address, and no offset may be added to NULL. */
	*r = (struct reader){.data = data ? data : &nothing, .len = data ? len : 0};
}

const uint8_t *reader_take(struct reader *r, size_t len)
{
	const uint8_t *taken;

	if (r->failed || len > r->len - r->at) {
		r->failed = true;
		return NULL;
	}
	taken = r->data + r->at;
	r->at += len;
	return taken;
}

static uint64_t read_little_endian(struct reader *r, size_t len)
{
	const uint8_t *bytes = reader_take(r, len);
	uint64_t value = 0;

	for (size_t i = 0; bytes && i < len; i++)
		value |= (uint64_t)bytes[i] << (8 * i);
	return value;
}

uint8_t reader_u8(struct reader *r)
{
	return (uint8_t)read_little_endian(r, 1);
}

uint16_t reader_u16(struct reader *r)
{
	return (uint16_t)read_little_endian(r, 2);
}

uint32_t reader_u32(struct reader *r)
{
	return (uint32_t)read_little_endian(r, 4);
}

uint64_t reader_u64(struct reader *r)
{
	return read_little_endian(r, 8);
}

int64_t reader_i64(struct reader *r)
{
	uint64_t bits = read_little_endian(r, 8);
	int64_t value;

	memcpy(&value, &bits, sizeof value);
	return value;
}

void reader_copy(struct reader *r, uint8_t *out, size_t len)
{
	const uint8_t *bytes = reader_take(r, len);

	if (len == 0)
		return;
	if (bytes)
		memcpy(out, bytes, len);
	else
		memset(out, 0, len);
}

void reader_string8(struct reader *r, char *out, size_t size)
{
	size_t len = reader_u8(r);
	const uint8_t *bytes = reader_take(r, len);

	out[0] = '\0';
	if (!bytes)
		return;
	if (len >= size)
		r->failed = true;
	for (size_t i = 0; i < len; i++)
		if (bytes[i] < 0x20 || bytes[i] > 0x7e)
			r->failed = true;
	if (r->failed)
		return;
	memcpy(out, bytes, len);
	out[len] = '\0';
}

const uint8_t *reader_bytes16(struct reader *r, size_t *len)
{
	size_t announced = reader_u16(r);
	const uint8_t *bytes = reader_take(r, announced);

	*len = bytes ? announced : 0;
	return bytes;
}

size_t reader_left(const struct reader *r)
{
	return r->failed ? 0 : r->len - r->at;
}

bool reader_done(const struct reader *r)
{
	return !r->failed && r->at == r->len;
}

void writer_init(struct writer *w, uint8_t *data, size_t size)
{
	*w = (struct writer){.data = data, .size = size};
}

void writer_copy(struct writer *w, const uint8_t *data, size_t len)
{
	if (w->failed || len > w->size - w->at) {
		w->failed = true;
		return;
	}
	if (len > 0)
		memcpy(w->data + w->at, data, len);
	w->at += len;
}

static void write_little_endian(struct writer *w, uint64_t value, size_t len)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
	writer_copy(w, bytes, len);
}

void writer_u8(struct writer *w, uint8_t value)
{
	write_little_endian(w, value, 1);
}

void writer_u16(struct writer *w, uint16_t value)
{
	write_little_endian(w, value, 2);
}

void writer_u32(struct writer *w, uint32_t value)
{
	write_little_endian(w, value, 4);
}

void writer_u64(struct writer *w, uint64_t value)
{
	write_little_endian(w, value, 8);
}

void writer_i64(struct writer *w, int64_t value)
{
	write_little_endian(w, (uint64_t)value, 8);
}

void writer_string8(struct writer *w, const char *text)
{
	size_t len = 0;

	while (len <= UINT8_MAX && text[len] != '\0')
		len++;
	if (len > UINT8_MAX) {
		w->failed = true;
		return;
	}
	writer_u8(w, (uint8_t)len);
	writer_copy(w, (const uint8_t *)text, len);
}

void writer_bytes16(struct writer *w, const uint8_t *data, size_t len)
{
	if (len > UINT16_MAX) {
		w->failed = true;
		return;
	}
	writer_u16(w, (uint16_t)len);
	writer_copy(w, data, len);
}

size_t writer_len(const struct writer *w)
{
	return w->failed ? 0 : w->at;
}
