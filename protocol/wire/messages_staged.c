/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The end of STAGED: the pump's own decoding of an image (docs/protocol.md section 6). */
#include "messages_body.h"

#include <string.h>

static size_t name_len(const char name[DRUG_NAME_MAX + 1])
{
	size_t len = 0;

	while (len <= DRUG_NAME_MAX && name[len] != '\0')
		len++;
	return len;
}

static bool flex_fits(const struct staged_flex *flex)
{
	if (flex->count < 1 || flex->count > FLEX_PATTERNS_MAX)
		return false;
	for (size_t i = 0; i < flex->count; i++)
		if (flex->steps[i] < 1 || flex->steps[i] > FLEX_STEPS_MAX)
			return false;
	return true;
}

static void write_flex(const struct staged_flex *flex, struct writer *w)
{
	writer_copy(w, flex->of_day, sizeof flex->of_day);
	writer_u8(w, flex->count);
	for (size_t i = 0; i < flex->count; i++) {
		writer_u8(w, flex->steps[i]);
		for (size_t k = 0; k < flex->steps[i]; k++) {
			writer_u16(w, flex->minute[i][k]);
			writer_u64(w, flex->dose_ng_per_day[i][k]);
		}
	}
}

static enum pump_err write_base(const struct staged_image *image, struct writer *w)
{
	writer_u8(w, image->mode);
	switch (image->mode) {
	case MODE_SIMPLE:
		writer_u64(w, image->dose_ng_per_day);
		return PUMP_OK;
	case MODE_FLEX:
		if (!flex_fits(&image->flex))
			return PUMP_ERANGE;
		write_flex(&image->flex, w);
		return PUMP_OK;
	case MODE_PERIODIC:
		writer_u64(w, image->periodic.dose_ng);
		writer_u32(w, image->periodic.duration_s);
		writer_u32(w, image->periodic.interval_s);
		writer_u64(w, image->periodic.base_ng_per_day);
		return PUMP_OK;
	case MODE_MINIMUM:
	case MODE_STOPPED:
		return PUMP_OK;
	default:
		return PUMP_ERANGE;
	}
}

static enum pump_err write_drugs(const struct staged_image *image, struct writer *w)
{
	if (image->count < 1 || image->count > MIXTURE_MAX)
		return PUMP_ERANGE;
	writer_u8(w, image->count);
	for (size_t i = 0; i < image->count; i++) {
		if (!drug_name_is_valid(image->drugs[i].name, name_len(image->drugs[i].name)))
			return PUMP_ERANGE;
		writer_string8(w, image->drugs[i].name);
		writer_u32(w, image->drugs[i].concentration_ng_per_ml);
		writer_u64(w, image->drugs[i].daily_ng);
		writer_u64(w, image->drugs[i].worst_ng);
	}
	return PUMP_OK;
}

static enum pump_err write_bridge(const struct staged_image *image, struct writer *w)
{
	writer_u8(w, image->bridge);
	switch (image->bridge) {
	case BRIDGE_CODE_UNSAID:
		return PUMP_OK;
	case BRIDGE_CODE_NONE:
		writer_u8(w, image->bridge_reason);
		return PUMP_OK;
	case BRIDGE_CODE_RUNS:
		writer_u32(w, image->bridge_volume_nl);
		writer_u32(w, image->bridge_rate_nl_per_day);
		writer_u32(w, image->bridge_duration_s);
		return PUMP_OK;
	default:
		return PUMP_ERANGE;
	}
}

static enum pump_err write_image(const struct staged_image *image, struct writer *w)
{
	enum pump_err err = write_base(image, w);

	writer_u32(w, image->low_alarm_nl);
	writer_u64(w, image->volume_24h_nl);
	writer_u64(w, image->greatest_hour_nl);
	writer_u64(w, image->worst_24h_nl);
	if (err == PUMP_OK)
		err = write_drugs(image, w);
	writer_u8(w, image->has_patient ? FLAG_YES : FLAG_NO);
	if (image->has_patient) {
		writer_u64(w, image->patient.dose_ng);
		writer_u32(w, image->patient.duration_s);
		writer_u32(w, image->patient.lockout_s);
		writer_u8(w, image->patient.most);
	}
	return err == PUMP_OK ? write_bridge(image, w) : err;
}

enum pump_err staged_body_write(const struct message *m, struct writer *w)
{
	const struct msg_staged *staged = &m->as.staged;
	enum pump_err err = staged->has_image ? write_image(&staged->image, w) : PUMP_OK;

	if (staged->acts_len > ACTS_MAX)
		return PUMP_ERANGE;
	writer_bytes16(w, staged->acts, staged->acts_len);
	return err;
}

static void read_flex(struct reader *r, struct staged_flex *flex)
{
	reader_copy(r, flex->of_day, sizeof flex->of_day);
	flex->count = reader_u8(r);
	if (flex->count < 1 || flex->count > FLEX_PATTERNS_MAX)
		r->failed = true;
	for (size_t i = 0; !r->failed && i < flex->count; i++) {
		flex->steps[i] = reader_u8(r);
		if (flex->steps[i] < 1 || flex->steps[i] > FLEX_STEPS_MAX)
			r->failed = true;
		for (size_t k = 0; !r->failed && k < flex->steps[i]; k++) {
			flex->minute[i][k] = reader_u16(r);
			flex->dose_ng_per_day[i][k] = reader_u64(r);
		}
	}
}

static void read_base(struct reader *r, struct staged_image *image)
{
	image->mode = reader_u8(r);
	switch (image->mode) {
	case MODE_SIMPLE:
		image->dose_ng_per_day = reader_u64(r);
		return;
	case MODE_FLEX:
		read_flex(r, &image->flex);
		return;
	case MODE_PERIODIC:
		image->periodic.dose_ng = reader_u64(r);
		image->periodic.duration_s = reader_u32(r);
		image->periodic.interval_s = reader_u32(r);
		image->periodic.base_ng_per_day = reader_u64(r);
		return;
	case MODE_MINIMUM:
	case MODE_STOPPED:
		return;
	default:
		r->failed = true;
	}
}

static void read_drugs(struct reader *r, struct staged_image *image)
{
	image->count = reader_u8(r);
	if (image->count < 1 || image->count > MIXTURE_MAX)
		r->failed = true;
	for (size_t i = 0; !r->failed && i < image->count; i++) {
		reader_string8(r, image->drugs[i].name, sizeof image->drugs[i].name);
		image->drugs[i].concentration_ng_per_ml = reader_u32(r);
		image->drugs[i].daily_ng = reader_u64(r);
		image->drugs[i].worst_ng = reader_u64(r);
		if (!drug_name_is_valid(image->drugs[i].name, name_len(image->drugs[i].name)))
			r->failed = true;
	}
}

static void read_patient(struct reader *r, struct staged_image *image)
{
	const uint8_t flag = reader_u8(r);

	image->has_patient = flag == FLAG_YES;
	if (flag != FLAG_YES && flag != FLAG_NO)
		r->failed = true;
	if (!image->has_patient)
		return;
	image->patient.dose_ng = reader_u64(r);
	image->patient.duration_s = reader_u32(r);
	image->patient.lockout_s = reader_u32(r);
	image->patient.most = reader_u8(r);
}

static void read_bridge(struct reader *r, struct staged_image *image)
{
	image->bridge = reader_u8(r);
	switch (image->bridge) {
	case BRIDGE_CODE_UNSAID:
		return;
	case BRIDGE_CODE_NONE:
		image->bridge_reason = reader_u8(r);
		return;
	case BRIDGE_CODE_RUNS:
		image->bridge_volume_nl = reader_u32(r);
		image->bridge_rate_nl_per_day = reader_u32(r);
		image->bridge_duration_s = reader_u32(r);
		return;
	default:
		r->failed = true;
	}
}

static void read_image(struct reader *r, struct staged_image *image)
{
	read_base(r, image);
	image->low_alarm_nl = reader_u32(r);
	image->volume_24h_nl = reader_u64(r);
	image->greatest_hour_nl = reader_u64(r);
	image->worst_24h_nl = reader_u64(r);
	read_drugs(r, image);
	read_patient(r, image);
	read_bridge(r, image);
}

void staged_body_read(struct reader *r, struct message *m)
{
	struct msg_staged *staged = &m->as.staged;
	const uint8_t *acts;

	if (staged->has_image)
		read_image(r, &staged->image);
	acts = reader_bytes16(r, &staged->acts_len);
	if (staged->acts_len > ACTS_MAX)
		r->failed = true;
	else if (acts)
		memcpy(staged->acts, acts, staged->acts_len);
}
