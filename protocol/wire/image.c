/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image.h"

#include "bytes.h"
#include "mixture_bytes.h"

#include <sodium.h>
#include <string.h>

#define IMAGE_VERSION 1

/* Section 5. */
enum image_tag { TAG_MIXTURE = 0x0F, TAG_BASE = 0x33, TAG_ALARMS = 0x55 };
enum base_mode { MODE_SIMPLE = 0x55 };

static bool is_encodable(const struct program *program)
{
	return mixture_is_encodable(&program->mixture) && program->mode == PROGRAM_SIMPLE &&
	       program->dose.ng_per_day >= 1 && program->low_alarm.nl >= 0 &&
	       program->low_alarm.nl <= UINT32_MAX;
}

static void write_section(struct writer *w, uint8_t tag, size_t len)
{
	writer_u8(w, tag);
	writer_u16(w, (uint16_t)len);
}

static enum pump_err finish(const struct writer *w, size_t *len)
{
	if (w->failed)
		return PUMP_ESHORT;
	*len = writer_len(w);
	return PUMP_OK;
}

enum pump_err image_encode(const struct program *program, uint8_t *buf, size_t size, size_t *len)
{
	struct writer w;

	if (!is_encodable(program))
		return PUMP_ERANGE;
	writer_init(&w, buf, size);
	writer_u8(&w, IMAGE_VERSION);
	write_section(&w, TAG_MIXTURE, mixture_bytes_len(&program->mixture));
	mixture_write(&w, &program->mixture);
	write_section(&w, TAG_BASE, 1 + 8);
	writer_u8(&w, MODE_SIMPLE);
	writer_u64(&w, (uint64_t)program->dose.ng_per_day);
	write_section(&w, TAG_ALARMS, 4);
	writer_u32(&w, (uint32_t)program->low_alarm.nl);
	return finish(&w, len);
}

static enum pump_err read_base(struct reader *r, struct program *program)
{
	uint8_t mode = reader_u8(r);
	uint64_t dose;

	if (r->failed)
		return PUMP_EFORM;
	if (mode != MODE_SIMPLE)
		return PUMP_EUNKNOWN;
	dose = reader_u64(r);
	if (!reader_done(r))
		return PUMP_EFORM;
	if (dose < 1 || dose > INT64_MAX)
		return PUMP_ERANGE;
	program->mode = PROGRAM_SIMPLE;
	program->dose.ng_per_day = (int64_t)dose;
	return PUMP_OK;
}

static enum pump_err read_section(uint8_t tag, struct reader *r, struct program *program)
{
	enum pump_err err;

	switch (tag) {
	case TAG_MIXTURE:
		err = mixture_read(r, &program->mixture);
		return err == PUMP_OK && !reader_done(r) ? PUMP_EFORM : err;
	case TAG_BASE:
		return read_base(r, program);
	case TAG_ALARMS:
		program->low_alarm.nl = reader_u32(r);
		return reader_done(r) ? PUMP_OK : PUMP_EFORM;
	default:
		return PUMP_EUNKNOWN;
	}
}

enum pump_err image_decode(const uint8_t *image, size_t len, struct program *program)
{
	struct program decoded = {0};
	struct reader r, body;
	uint8_t last = 0, sections = 0;

	reader_init(&r, image, len);
	if (reader_u8(&r) != IMAGE_VERSION)
		return r.failed ? PUMP_EFORM : PUMP_EUNKNOWN;
	while (reader_left(&r) > 0) {
		size_t body_len;
		uint8_t tag = reader_u8(&r);
		const uint8_t *bytes = reader_bytes16(&r, &body_len);
		enum pump_err err;

		if (r.failed || tag <= last)
			return PUMP_EFORM;
		reader_init(&body, bytes, body_len);
		err = read_section(tag, &body, &decoded);
		if (err != PUMP_OK)
			return err;
		last = tag;
		sections++;
	}
	/* Strictly rising known tags: three of them are all of them. */
	if (sections != 3)
		return PUMP_EFORM;
	*program = decoded;
	return PUMP_OK;
}

void digest_bytes(const uint8_t *data, size_t len, uint8_t digest[DIGEST_LEN])
{
	crypto_generichash(digest, DIGEST_LEN, data, len, NULL, 0);
}
