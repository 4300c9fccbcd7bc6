/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image.h"

#include "bytes.h"
#include "image_parts.h"
#include "mixture_bytes.h"

#include <sodium.h>
#include <string.h>

#define IMAGE_VERSION 1

/* Section 5. */
enum image_tag {
	TAG_MIXTURE = 0x0F,
	TAG_BASE = 0x33,
	TAG_ALARMS = 0x55,
	TAG_PATIENT = 0x66,
	TAG_BRIDGE = 0x99,
};

static bool is_encodable(const struct program *program)
{
	return program_is_valid(program) && mixture_is_encodable(&program->mixture) &&
	       program->low_alarm.nl <= UINT32_MAX && program->bridge.volume.nl <= UINT32_MAX &&
	       program->bridge.rate.nl_per_day <= UINT32_MAX;
}

static void write_body(struct writer *w, uint8_t tag, const struct program *program)
{
	switch (tag) {
	case TAG_MIXTURE:
		mixture_write(w, &program->mixture);
		return;
	case TAG_BASE:
		image_base_write(w, program);
		return;
	case TAG_ALARMS:
		writer_u32(w, (uint32_t)program->low_alarm.nl);
		return;
	case TAG_PATIENT:
		image_patient_write(w, &program->patient);
		return;
	default:
		image_bridge_write(w, &program->bridge);
	}
}

static void write_section(struct writer *w, uint8_t tag, const struct program *program)
{
	uint8_t bytes[IMAGE_MAX];
	struct writer body;

	writer_init(&body, bytes, sizeof bytes);
	write_body(&body, tag, program);
	writer_u8(w, tag);
	writer_bytes16(w, bytes, writer_len(&body));
}

enum pump_err image_encode(const struct program *program, uint8_t *buf, size_t size, size_t *len)
{
	struct writer w;

	if (!is_encodable(program))
		return PUMP_ERANGE;
	writer_init(&w, buf, size);
	writer_u8(&w, IMAGE_VERSION);
	write_section(&w, TAG_MIXTURE, program);
	write_section(&w, TAG_BASE, program);
	write_section(&w, TAG_ALARMS, program);
	if (program->patient.present)
		write_section(&w, TAG_PATIENT, program);
	if (program->bridge.kind != BRIDGE_UNSAID)
		write_section(&w, TAG_BRIDGE, program);
	if (w.failed)
		return PUMP_ESHORT;
	*len = writer_len(&w);
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
		return image_base_read(r, program);
	case TAG_ALARMS:
		program->low_alarm.nl = reader_u32(r);
		return reader_done(r) ? PUMP_OK : PUMP_EFORM;
	case TAG_PATIENT:
		return image_patient_read(r, &program->patient);
	case TAG_BRIDGE:
		return image_bridge_read(r, &program->bridge);
	default:
		return PUMP_EUNKNOWN;
	}
}

enum pump_err image_decode(const uint8_t *image, size_t len, struct program *program)
{
	struct program decoded = {0};
	struct reader r, body;
	uint8_t last = 0, mandatory = 0;

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
		if (tag <= TAG_ALARMS)
			mandatory++;
	}
	/* Strictly rising known tags: three up to the alarms are all of them. */
	if (mandatory != 3)
		return PUMP_EFORM;
	if (!program_is_valid(&decoded))
		return PUMP_ERANGE;
	*program = decoded;
	return PUMP_OK;
}

void digest_bytes(const uint8_t *data, size_t len, uint8_t digest[DIGEST_LEN])
{
	crypto_generichash(digest, DIGEST_LEN, data, len, NULL, 0);
}
