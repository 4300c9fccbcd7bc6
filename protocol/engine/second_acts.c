/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "second_acts.h"

#include <string.h>

/* Offsets of docs/protocol.md section 6. A section is tag, length (2), body. */
enum {
	SECTION_HEAD = 3,
	IMAGE_TAG = 0x33,
	FILL_LOT = 13,      /* volume 4, drawn 4, rinsed 1, expiry 4 */
	CATHETER_TIP = 7,   /* what 1, length 2, volume 4 */
	BOLUS_LEN = 13,
	CLOCK_LEN = 18,
	ALARM_LEN = 5,
};

static uint64_t number_at(const uint8_t *bytes, size_t width)
{
	uint64_t value = 0;

	while (width-- > 0)
		value = value * 256 + bytes[width];
	return value;
}

/* A string8 at the start of bytes (len of them) is exactly text. */
static bool is_text(const uint8_t *bytes, size_t len, const char *text)
{
	size_t i = 0;

	if (len == 0)
		return false;
	while (i < bytes[0] && i + 1 < len && text[i] != '\0' && bytes[i + 1] == (uint8_t)text[i])
		i++;
	return i == bytes[0] && text[i] == '\0';
}

static bool same_countersign(const uint8_t *body, size_t len, const struct change *meant)
{
	return len == 8 && number_at(body, 8) == meant->countersign;
}

static bool same_reason(const uint8_t *body, size_t len, const struct change *meant)
{
	return len >= 2 && len == 1u + body[0] && is_text(body, len, meant->reason);
}

static bool same_therapy(const uint8_t *body, size_t len, const struct change *meant)
{
	return len == 1 && body[0] == (uint8_t)meant->therapy;
}

static bool same_duration(const uint8_t *body, size_t len, const struct change *meant)
{
	return len == 4 && number_at(body, 4) == meant->stop_s;
}

static bool same_drugs(const uint8_t *at, const uint8_t *end, const struct mixture *meant)
{
	if (at == end || *at++ != meant->count)
		return false;
	for (size_t i = 0; i < meant->count; i++) {
		size_t left = (size_t)(end - at);

		if (left == 0 || left < 1u + at[0] + 4 || !is_text(at, left, meant->parts[i].name))
			return false;
		at += 1 + at[0];
		if (number_at(at, 4) != (uint64_t)meant->parts[i].concentration.ng_per_ml)
			return false;
		at += 4;
	}
	return at == end;
}

static bool same_fill(const uint8_t *body, size_t len, const struct change *meant)
{
	const struct act_fill *fill = &meant->fill;

	if (len <= FILL_LOT || len < FILL_LOT + 1u + body[FILL_LOT] ||
	    number_at(body, 4) != fill->volume_nl || number_at(body + 4, 4) != fill->drawn_nl ||
	    body[8] != (fill->rinsed ? 0x55 : 0x33) || number_at(body + 9, 4) != fill->expiry_day)
		return false;
	return is_text(body + FILL_LOT, len - FILL_LOT, fill->lot) &&
	       same_drugs(body + FILL_LOT + 1 + body[FILL_LOT], body + len, &fill->mixture);
}

static bool same_catheter(const uint8_t *body, size_t len, const struct change *meant)
{
	const struct act_catheter *catheter = &meant->catheter;

	return len > CATHETER_TIP && len == CATHETER_TIP + 2u + body[CATHETER_TIP] &&
	       body[0] == catheter->what && number_at(body + 1, 2) == catheter->length_mm &&
	       number_at(body + 3, 4) == catheter->volume_nl &&
	       is_text(body + CATHETER_TIP, len - CATHETER_TIP, catheter->tip) &&
	       body[len - 1] == catheter->contents;
}

static bool same_bolus(const uint8_t *body, size_t len, const struct change *meant)
{
	return len == BOLUS_LEN && body[0] == meant->bolus.what &&
	       number_at(body + 1, 8) == meant->bolus.amount &&
	       number_at(body + 9, 4) == meant->bolus.seconds;
}

static bool same_clock(const uint8_t *body, size_t len, const struct change *meant)
{
	return len == CLOCK_LEN && number_at(body, 8) == (uint64_t)meant->clock.clock_s &&
	       number_at(body + 8, 8) == meant->clock.ticks_ms &&
	       number_at(body + 16, 2) == (uint16_t)meant->clock.zone_min;
}

static bool same_operator(const uint8_t *body, size_t len, const struct change *meant)
{
	const struct act_operator *act = &meant->operator_act;
	size_t id_len;

	if (len < 2 || body[0] != act->what || !is_text(body + 1, len - 1, act->row.id))
		return false;
	id_len = 2u + body[1];
	if (act->what == OPERATOR_REMOVE)
		return len == id_len;
	return len == id_len + 1 + OPERATOR_KEY_LEN && body[id_len] == act->row.role &&
	       memcmp(body + id_len + 1, act->row.key, OPERATOR_KEY_LEN) == 0;
}

static bool same_revoke(const uint8_t *body, size_t len, const struct change *meant)
{
	return len == 1 && body[0] == meant->revoke;
}

static bool same_card(const uint8_t *body, size_t len, const struct change *meant)
{
	const size_t salt_at = 1 + CARD_CODE_LEN;

	return len == salt_at + CARD_SALT_LEN && is_text(body, salt_at, meant->card) &&
	       memcmp(body + salt_at, meant->card_salt, CARD_SALT_LEN) == 0;
}

static bool same_tag(const uint8_t *body, size_t len, const struct change *meant)
{
	return len >= 1 && len == 1u + body[0] && is_text(body, len, meant->tag);
}

static bool same_alarm(const uint8_t *body, size_t len, const struct change *meant)
{
	return len == ALARM_LEN && body[0] == meant->alarm.what &&
	       number_at(body + 1, 4) == meant->alarm.bits;
}

static const struct row {
	uint8_t tag;
	uint32_t part;
	bool (*is_same)(const uint8_t *body, size_t len, const struct change *meant);
} rows[] = {
	{0x0F, PART_COUNTERSIGN, same_countersign}, {0x3C, PART_REASON, same_reason},
	{0x55, PART_THERAPY, same_therapy},	    {0x5A, PART_DURATION, same_duration},
	{0x66, PART_FILL, same_fill},		    {0x69, PART_CATHETER, same_catheter},
	{0x96, PART_BOLUS, same_bolus},		    {0x99, PART_CLOCK, same_clock},
	{0xA5, PART_OPERATOR, same_operator},	    {0xAA, PART_REVOKE, same_revoke},
	{0xC3, PART_CARD, same_card},		    {0xCC, PART_TAG, same_tag},
	{0xF0, PART_ALARM, same_alarm},
};

/* The section at at: its whole length, or 0 if it is not whole. */
static size_t section_len(const uint8_t *at, const uint8_t *end)
{
	size_t left = (size_t)(end - at);
	size_t whole;

	if (left < SECTION_HEAD)
		return 0;
	whole = SECTION_HEAD + number_at(at + 1, 2);
	return whole <= left ? whole : 0;
}

const uint8_t *second_acts_image(const uint8_t *change, size_t len, size_t *image_len)
{
	const uint8_t *at = change + 1, *end = change + len;
	size_t step;

	for (; len > 1 && at < end && (step = section_len(at, end)) > 0; at += step) {
		if (*at != IMAGE_TAG)
			continue;
		*image_len = step - SECTION_HEAD;
		return at + SECTION_HEAD;
	}
	return NULL;
}

/* The part that the section at at stands for, if it says what was meant; else 0. */
static uint32_t part_at(const uint8_t *at, size_t len, const struct change *meant)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].tag == *at)
			return rows[i].is_same(at + SECTION_HEAD, len - SECTION_HEAD, meant)
				       ? rows[i].part
				       : 0;
	return 0;
}

enum pump_err second_acts_compare(const uint8_t *change, size_t len, const struct change *meant,
				  const struct msg_staged *staged)
{
	const uint8_t *at = change + 1, *end = change + len;
	size_t told = 1, step;
	uint32_t parts = 0;

	if (len < 1 || change[0] != 1)
		return PUMP_EFORM;
	for (; at < end; at += step) {
		uint32_t part;

		step = section_len(at, end);
		if (step == 0)
			return PUMP_EFORM;
		if (*at == IMAGE_TAG) {
			parts |= PART_IMAGE;
			continue;
		}
		part = part_at(at, step, meant);
		if (part == 0 || (parts & part))
			return PUMP_EMISMATCH;
		parts |= part;
		if (staged->acts_len < told + step || memcmp(staged->acts + told, at, step) != 0)
			return PUMP_EMISMATCH;
		told += step;
	}
	if ((parts & ~(uint32_t)PART_IMAGE) == 0)
		told = 0;
	if (parts != meant->parts || staged->acts_len != told ||
	    (told > 0 && staged->acts[0] != 1))
		return PUMP_EMISMATCH;
	return PUMP_OK;
}
