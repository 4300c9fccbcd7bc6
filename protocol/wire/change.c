/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "change.h"

#include "bytes.h"
#include "mixture_bytes.h"

#include <string.h>

#define CHANGE_VERSION 1

/* Largest body of a section that is not the image. */
#define BODY_MAX 256
/* A stop for longer than a year is no stop for a while. */
#define STOP_MAX_S UINT32_C(31536000)

static size_t text_len(const char *text, size_t size)
{
	size_t len = 0;

	while (len < size && text[len] != '\0')
		len++;
	return len;
}

static bool is_salted(const uint8_t salt[CARD_SALT_LEN])
{
	uint8_t bits = 0;

	for (size_t i = 0; i < CARD_SALT_LEN; i++)
		bits |= salt[i];
	return bits != 0;
}

static bool card_is_valid(const char *card)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

	for (size_t i = 0; i < CARD_CODE_LEN; i++) {
		size_t symbol = 0;

		while (symbol < sizeof alphabet - 1 && alphabet[symbol] != card[i])
			symbol++;
		if (symbol == sizeof alphabet - 1)
			return false;
	}
	return card[CARD_CODE_LEN] == '\0';
}

/* Everything that a section may not say, for writer and reader alike. */

static bool has_good_text(const struct change *change)
{
	return (!(change->parts & PART_REASON) || change->reason[0] != '\0') &&
	       (!(change->parts & PART_CARD) ||
		(card_is_valid(change->card) && is_salted(change->card_salt)));
}

static bool has_good_therapy(const struct change *change)
{
	bool stops = (change->parts & PART_THERAPY) && change->therapy == ACT_STOP;

	if ((change->parts & PART_THERAPY) && !stops && change->therapy != ACT_RESUME &&
	    change->therapy != ACT_MINIMUM)
		return false;
	return !(change->parts & PART_DURATION) ||
	       (stops && change->stop_s >= 1 && change->stop_s <= STOP_MAX_S);
}

static bool has_good_catheter(const struct change *change)
{
	const struct act_catheter *catheter = &change->catheter;

	if (!(change->parts & PART_CATHETER))
		return true;
	if (catheter->what == CATHETER_ASPIRATED)
		return catheter->length_mm == 0 && catheter->volume_nl == 0 &&
		       catheter->tip[0] == '\0' && catheter->contents == CONTENTS_FLUID;
	return (catheter->what == CATHETER_SET || catheter->what == CATHETER_REVISED) &&
	       catheter->length_mm > 0 && catheter->volume_nl > 0 &&
	       (catheter->contents == CONTENTS_UNKNOWN || catheter->contents == CONTENTS_FLUID ||
		catheter->contents == CONTENTS_RESERVOIR);
}

static bool has_good_bolus(const struct change *change)
{
	const struct act_bolus *bolus = &change->bolus;

	if (!(change->parts & PART_BOLUS))
		return true;
	if (bolus->what == BOLUS_STOP)
		return bolus->amount == 0 && bolus->seconds == 0;
	return (bolus->what == BOLUS_SINGLE || bolus->what == BOLUS_PRIMING) && bolus->amount > 0 &&
	       bolus->amount <= INT64_MAX && bolus->seconds > 0;
}

static bool has_good_operator(const struct change *change)
{
	const struct act_operator *act = &change->operator_act;

	if (!(change->parts & PART_OPERATOR))
		return true;
	if (!operator_id_is_valid(act->row.id, text_len(act->row.id, sizeof act->row.id)))
		return false;
	return act->what == OPERATOR_REMOVE ||
	       (act->what == OPERATOR_PUT && operator_role_is_valid(act->row.role));
}

static bool has_good_alarm(const struct change *change)
{
	const struct act_alarm *alarm = &change->alarm;

	return !(change->parts & PART_ALARM) ||
	       (alarm->what == ALARM_ACKNOWLEDGE ? alarm->bits != 0
						 : alarm->what == ALARM_TEST && alarm->bits == 0);
}

static bool is_good(const struct change *change)
{
	return change->parts != 0 && has_good_text(change) && has_good_therapy(change) &&
	       has_good_catheter(change) && has_good_bolus(change) && has_good_operator(change) &&
	       has_good_alarm(change);
}

/* One body after the other: writer, then reader. */

static void write_text(struct writer *w, const char *text, size_t size)
{
	size_t len = text_len(text, size);

	for (size_t i = 0; i < len; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			w->failed = true;
	if (len == size)
		w->failed = true;
	else
		writer_string8(w, text);
}

static void write_countersign(struct writer *w, const struct change *change)
{
	writer_u64(w, change->countersign);
}

static void read_countersign(struct reader *r, struct change *change)
{
	change->countersign = reader_u64(r);
}

static void write_reason(struct writer *w, const struct change *change)
{
	write_text(w, change->reason, sizeof change->reason);
}

static void read_reason(struct reader *r, struct change *change)
{
	reader_string8(r, change->reason, sizeof change->reason);
}

static void write_therapy(struct writer *w, const struct change *change)
{
	writer_u8(w, (uint8_t)change->therapy);
}

static void read_therapy(struct reader *r, struct change *change)
{
	change->therapy = (enum therapy_act)reader_u8(r);
}

static void write_duration(struct writer *w, const struct change *change)
{
	writer_u32(w, change->stop_s);
}

static void read_duration(struct reader *r, struct change *change)
{
	change->stop_s = reader_u32(r);
}

static void write_fill(struct writer *w, const struct change *change)
{
	const struct act_fill *fill = &change->fill;

	writer_u32(w, fill->volume_nl);
	writer_u32(w, fill->drawn_nl);
	writer_u8(w, fill->rinsed ? FLAG_YES : FLAG_NO);
	writer_u32(w, fill->expiry_day);
	write_text(w, fill->lot, sizeof fill->lot);
	mixture_write(w, &fill->mixture);
}

static void read_fill(struct reader *r, struct change *change)
{
	struct act_fill *fill = &change->fill;
	uint8_t rinsed;

	fill->volume_nl = reader_u32(r);
	fill->drawn_nl = reader_u32(r);
	rinsed = reader_u8(r);
	fill->rinsed = rinsed == FLAG_YES;
	if (rinsed != FLAG_YES && rinsed != FLAG_NO)
		r->failed = true;
	fill->expiry_day = reader_u32(r);
	reader_string8(r, fill->lot, sizeof fill->lot);
	if (mixture_read(r, &fill->mixture) != PUMP_OK)
		r->failed = true;
}

static void write_catheter(struct writer *w, const struct change *change)
{
	const struct act_catheter *catheter = &change->catheter;

	writer_u8(w, catheter->what);
	writer_u16(w, catheter->length_mm);
	writer_u32(w, catheter->volume_nl);
	write_text(w, catheter->tip, sizeof catheter->tip);
	writer_u8(w, catheter->contents);
}

static void read_catheter(struct reader *r, struct change *change)
{
	struct act_catheter *catheter = &change->catheter;

	catheter->what = reader_u8(r);
	catheter->length_mm = reader_u16(r);
	catheter->volume_nl = reader_u32(r);
	reader_string8(r, catheter->tip, sizeof catheter->tip);
	catheter->contents = reader_u8(r);
}

static void write_bolus(struct writer *w, const struct change *change)
{
	writer_u8(w, change->bolus.what);
	writer_u64(w, change->bolus.amount);
	writer_u32(w, change->bolus.seconds);
}

static void read_bolus(struct reader *r, struct change *change)
{
	change->bolus.what = reader_u8(r);
	change->bolus.amount = reader_u64(r);
	change->bolus.seconds = reader_u32(r);
}

static void write_clock(struct writer *w, const struct change *change)
{
	writer_i64(w, change->clock.clock_s);
	writer_u64(w, change->clock.ticks_ms);
	writer_u16(w, (uint16_t)change->clock.zone_min);
}

static void read_clock(struct reader *r, struct change *change)
{
	change->clock.clock_s = reader_i64(r);
	change->clock.ticks_ms = reader_u64(r);
	change->clock.zone_min = (int16_t)reader_u16(r);
}

static void write_operator(struct writer *w, const struct change *change)
{
	const struct act_operator *act = &change->operator_act;

	writer_u8(w, act->what);
	write_text(w, act->row.id, sizeof act->row.id);
	if (act->what != OPERATOR_PUT)
		return;
	writer_u8(w, act->row.role);
	writer_copy(w, act->row.key, OPERATOR_KEY_LEN);
}

static void read_operator(struct reader *r, struct change *change)
{
	struct act_operator *act = &change->operator_act;

	act->what = reader_u8(r);
	reader_string8(r, act->row.id, sizeof act->row.id);
	if (act->what != OPERATOR_PUT)
		return;
	act->row.role = reader_u8(r);
	reader_copy(r, act->row.key, OPERATOR_KEY_LEN);
}

static void write_revoke(struct writer *w, const struct change *change)
{
	writer_u8(w, change->revoke);
}

static void read_revoke(struct reader *r, struct change *change)
{
	change->revoke = reader_u8(r);
}

static void write_card(struct writer *w, const struct change *change)
{
	write_text(w, change->card, sizeof change->card);
	writer_copy(w, change->card_salt, CARD_SALT_LEN);
}

static void read_card(struct reader *r, struct change *change)
{
	reader_string8(r, change->card, sizeof change->card);
	reader_copy(r, change->card_salt, CARD_SALT_LEN);
}

static void write_tag(struct writer *w, const struct change *change)
{
	write_text(w, change->tag, sizeof change->tag);
}

static void read_tag(struct reader *r, struct change *change)
{
	reader_string8(r, change->tag, sizeof change->tag);
}

static void write_alarm(struct writer *w, const struct change *change)
{
	writer_u8(w, change->alarm.what);
	writer_u32(w, change->alarm.bits);
}

static void read_alarm(struct reader *r, struct change *change)
{
	change->alarm.what = reader_u8(r);
	change->alarm.bits = reader_u32(r);
}

static const struct section {
	uint8_t tag;
	uint32_t part;
	void (*write)(struct writer *, const struct change *); /* NULL: the image */
	void (*read)(struct reader *, struct change *);
} sections[] = {
	{0x0F, PART_COUNTERSIGN, write_countersign, read_countersign},
	{0x33, PART_IMAGE, NULL, NULL},
	{0x3C, PART_REASON, write_reason, read_reason},
	{0x55, PART_THERAPY, write_therapy, read_therapy},
	{0x5A, PART_DURATION, write_duration, read_duration},
	{0x66, PART_FILL, write_fill, read_fill},
	{0x69, PART_CATHETER, write_catheter, read_catheter},
	{0x96, PART_BOLUS, write_bolus, read_bolus},
	{0x99, PART_CLOCK, write_clock, read_clock},
	{0xA5, PART_OPERATOR, write_operator, read_operator},
	{0xAA, PART_REVOKE, write_revoke, read_revoke},
	{0xC3, PART_CARD, write_card, read_card},
	{0xCC, PART_TAG, write_tag, read_tag},
	{0xF0, PART_ALARM, write_alarm, read_alarm},
};

#define SECTIONS (sizeof sections / sizeof sections[0])

static enum pump_err write_section(struct writer *w, const struct section *section,
				   const struct change *change)
{
	uint8_t body[BODY_MAX];
	struct writer inner;

	writer_u8(w, section->tag);
	if (!section->write) {
		if (change->image_len < 1 || change->image_len > IMAGE_MAX)
			return PUMP_ERANGE;
		writer_bytes16(w, change->image, change->image_len);
		return PUMP_OK;
	}
	writer_init(&inner, body, sizeof body);
	section->write(&inner, change);
	if (inner.failed)
		return PUMP_ERANGE;
	writer_bytes16(w, body, writer_len(&inner));
	return PUMP_OK;
}

static enum pump_err finish(const struct writer *w, size_t *len)
{
	if (w->failed)
		return PUMP_ESHORT;
	*len = writer_len(w);
	return PUMP_OK;
}

enum pump_err change_encode(const struct change *change, uint8_t *buf, size_t size, size_t *len)
{
	struct writer w;

	if (!is_good(change))
		return PUMP_ERANGE;
	writer_init(&w, buf, size);
	writer_u8(&w, CHANGE_VERSION);
	for (size_t i = 0; i < SECTIONS; i++) {
		enum pump_err err = PUMP_OK;

		if (change->parts & sections[i].part)
			err = write_section(&w, &sections[i], change);
		if (err != PUMP_OK)
			return err;
	}
	return finish(&w, len);
}

static enum pump_err read_section(struct reader *r, const struct section *section,
				  struct change *change)
{
	size_t len;
	const uint8_t *body = reader_bytes16(r, &len);
	struct reader inner;

	if (!body)
		return PUMP_EFORM;
	change->parts |= section->part;
	if (!section->read) {
		change->image = body;
		change->image_len = len;
		return len >= 1 && len <= IMAGE_MAX ? PUMP_OK : PUMP_EFORM;
	}
	reader_init(&inner, body, len);
	section->read(&inner, change);
	return reader_done(&inner) ? PUMP_OK : PUMP_EFORM;
}

enum pump_err change_decode(const uint8_t *buf, size_t len, struct change *change)
{
	struct change decoded = {0};
	size_t next = 0;
	struct reader r;

	reader_init(&r, buf, len);
	if (reader_u8(&r) != CHANGE_VERSION)
		return PUMP_EFORM;
	while (reader_left(&r) > 0) {
		uint8_t tag = reader_u8(&r);

		while (next < SECTIONS && sections[next].tag != tag)
			next++;
		if (next == SECTIONS || read_section(&r, &sections[next], &decoded) != PUMP_OK)
			return PUMP_EFORM;
		next++;
	}
	if (!reader_done(&r) || !is_good(&decoded))
		return PUMP_EFORM;
	*change = decoded;
	return PUMP_OK;
}

enum pump_err change_encode_image(const uint8_t *image, size_t image_len, uint8_t *buf,
				  size_t size, size_t *len)
{
	struct change change = {.parts = PART_IMAGE, .image = image, .image_len = image_len};

	return change_encode(&change, buf, size, len);
}

enum pump_err change_encode_act(enum therapy_act act, uint8_t *buf, size_t size, size_t *len)
{
	struct change change = {.parts = PART_THERAPY, .therapy = act};

	return change_encode(&change, buf, size, len);
}
