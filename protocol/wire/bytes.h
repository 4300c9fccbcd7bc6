/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bytes - bounds-checked little-endian reader and writer that fail sticky: read or write all
 * fields, then check once. A failed reader gives zeros; a failed writer writes nothing more.
 */
#ifndef PUMPCTL_BYTES_H
#define PUMPCTL_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pump_err.h"

struct reader {
	const uint8_t *data;
	size_t len, at;
	bool failed;
};

struct writer {
	uint8_t *data;
	size_t size, at;
	bool failed;
};

/* data is borrowed until the last read. */
void reader_init(struct reader *r, const uint8_t *data, size_t len);
uint8_t reader_u8(struct reader *r);
uint16_t reader_u16(struct reader *r);
uint32_t reader_u32(struct reader *r);
uint64_t reader_u64(struct reader *r);
int64_t reader_i64(struct reader *r);
/* Copies len bytes to out; zeros if failed. */
void reader_copy(struct reader *r, uint8_t *out, size_t len);
/* Points into the input; NULL if failed. */
const uint8_t *reader_take(struct reader *r, size_t len);
/* string8 into out (size bytes, NUL-terminated): printable ASCII 0x20-0x7e only, shorter than size. */
void reader_string8(struct reader *r, char *out, size_t size);
/* bytes16: points into the input, *len its length. */
const uint8_t *reader_bytes16(struct reader *r, size_t *len);
size_t reader_left(const struct reader *r);
/* True if nothing failed and nothing is left over. */
bool reader_done(const struct reader *r);

void writer_init(struct writer *w, uint8_t *data, size_t size);
void writer_u8(struct writer *w, uint8_t value);
void writer_u16(struct writer *w, uint16_t value);
void writer_u32(struct writer *w, uint32_t value);
void writer_u64(struct writer *w, uint64_t value);
void writer_i64(struct writer *w, int64_t value);
void writer_copy(struct writer *w, const uint8_t *data, size_t len);
/* text: NUL-terminated, at most 255 bytes, else the writer fails. */
void writer_string8(struct writer *w, const char *text);
void writer_bytes16(struct writer *w, const uint8_t *data, size_t len);
/* Length written, or 0 if anything failed. */
size_t writer_len(const struct writer *w);

#endif
