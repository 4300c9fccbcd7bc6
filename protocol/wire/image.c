/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image.h"

#include "bytes.h"

#include <sodium.h>
#include <string.h>

#define IMAGE_VERSION  1
#define CHANGE_VERSION 1
#define ORDER_VERSION  1

/* Sections 5 and 6. */
enum image_tag { TAG_MIXTURE = 0x0F, TAG_BASE = 0x33, TAG_ALARMS = 0x55 };
enum change_tag { CHANGE_IMAGE = 0x33, CHANGE_ACT = 0x55 };
enum base_mode { MODE_SIMPLE = 0x55 };

static size_t bounded_len(const char *text, size_t size)
{
	size_t len = 0;

	while (len < size && text[len] != '\0')
		len++;
	return len;
}

static bool has_name(const struct mixture *mixture, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (memcmp(mixture->parts[i].name, name, bounded_len(name, DRUG_NAME_MAX) + 1) == 0)
			return true;
	return false;
}

static bool part_is_encodable(const struct mixture *mixture, size_t i)
{
	const struct mixture_part *part = &mixture->parts[i];
	size_t len = bounded_len(part->name, sizeof part->name);

	return len < sizeof part->name && drug_name_is_valid(part->name, len) &&
	       part->concentration.ng_per_ml >= 1 &&
	       part->concentration.ng_per_ml <= UINT32_MAX && !has_name(mixture, i, part->name);
}

static bool is_encodable(const struct program *program)
{
	const struct mixture *mixture = &program->mixture;

	if (mixture->count < 1 || mixture->count > MIXTURE_MAX || program->mode != PROGRAM_SIMPLE ||
	    program->dose.ng_per_day < 1 || program->low_alarm.nl < 0 ||
	    program->low_alarm.nl > UINT32_MAX)
		return false;
	for (size_t i = 0; i < mixture->count; i++)
		if (!part_is_encodable(mixture, i))
			return false;
	return true;
}

static size_t mixture_len(const struct mixture *mixture)
{
	size_t len = 1;

	for (size_t i = 0; i < mixture->count; i++)
		len += 1 + bounded_len(mixture->parts[i].name, DRUG_NAME_MAX) + 4;
	return len;
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
	write_section(&w, TAG_MIXTURE, mixture_len(&program->mixture));
	writer_u8(&w, (uint8_t)program->mixture.count);
	for (size_t i = 0; i < program->mixture.count; i++) {
		writer_string8(&w, program->mixture.parts[i].name);
		writer_u32(&w, (uint32_t)program->mixture.parts[i].concentration.ng_per_ml);
	}
	write_section(&w, TAG_BASE, 1 + 8);
	writer_u8(&w, MODE_SIMPLE);
	writer_u64(&w, (uint64_t)program->dose.ng_per_day);
	write_section(&w, TAG_ALARMS, 4);
	writer_u32(&w, (uint32_t)program->low_alarm.nl);
	return finish(&w, len);
}

static enum pump_err read_mixture(struct reader *r, struct mixture *mixture)
{
	mixture->count = reader_u8(r);
	if (r->failed)
		return PUMP_EFORM;
	if (mixture->count < 1 || mixture->count > MIXTURE_MAX)
		return PUMP_ERANGE;
	for (size_t i = 0; i < mixture->count; i++) {
		struct mixture_part *part = &mixture->parts[i];

		reader_string8(r, part->name, sizeof part->name);
		part->concentration.ng_per_ml = reader_u32(r);
		if (r->failed || has_name(mixture, i, part->name) ||
		    !drug_name_is_valid(part->name, bounded_len(part->name, DRUG_NAME_MAX)))
			return PUMP_EFORM;
		if (part->concentration.ng_per_ml < 1)
			return PUMP_ERANGE;
	}
	return reader_done(r) ? PUMP_OK : PUMP_EFORM;
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
	switch (tag) {
	case TAG_MIXTURE:
		return read_mixture(r, &program->mixture);
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

enum pump_err change_encode_image(const uint8_t *image, size_t image_len, uint8_t *buf,
				  size_t size, size_t *len)
{
	struct writer w;

	if (image_len < 1 || image_len > IMAGE_MAX)
		return PUMP_ERANGE;
	writer_init(&w, buf, size);
	writer_u8(&w, CHANGE_VERSION);
	writer_u8(&w, CHANGE_IMAGE);
	writer_bytes16(&w, image, image_len);
	return finish(&w, len);
}

enum pump_err change_encode_act(enum therapy_act act, uint8_t *buf, size_t size, size_t *len)
{
	struct writer w;

	writer_init(&w, buf, size);
	writer_u8(&w, CHANGE_VERSION);
	write_section(&w, CHANGE_ACT, 1);
	writer_u8(&w, (uint8_t)act);
	return finish(&w, len);
}

enum pump_err order_encode(const struct order *order, uint8_t *buf, size_t size, size_t *len)
{
	struct writer w;

	if (bounded_len(order->serial, sizeof order->serial) == sizeof order->serial)
		return PUMP_ERANGE;
	writer_init(&w, buf, size);
	writer_u8(&w, ORDER_VERSION);
	writer_string8(&w, order->serial);
	writer_u64(&w, order->token);
	writer_u16(&w, order->kind);
	writer_copy(&w, order->stage_digest, DIGEST_LEN);
	writer_copy(&w, order->expected_digest, DIGEST_LEN);
	writer_u64(&w, order->not_after_ms);
	return finish(&w, len);
}

enum pump_err order_decode(const uint8_t *buf, size_t len, struct order *order)
{
	struct order decoded = {0};
	struct reader r;

	reader_init(&r, buf, len);
	if (reader_u8(&r) != ORDER_VERSION)
		return r.failed ? PUMP_EFORM : PUMP_EUNKNOWN;
	reader_string8(&r, decoded.serial, sizeof decoded.serial);
	decoded.token = reader_u64(&r);
	decoded.kind = reader_u16(&r);
	reader_copy(&r, decoded.stage_digest, DIGEST_LEN);
	reader_copy(&r, decoded.expected_digest, DIGEST_LEN);
	decoded.not_after_ms = reader_u64(&r);
	if (!reader_done(&r))
		return PUMP_EFORM;
	*order = decoded;
	return PUMP_OK;
}

bool order_gets_safe(uint16_t kind)
{
	return kind == ORDER_STOP || kind == ORDER_RESUME || kind == ORDER_MINIMUM;
}
