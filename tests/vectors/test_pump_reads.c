/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pump's own readers agree with every vector of sections 5, 6 and 7. */
#include "change_read.h"
#include "suite.h"
#include "vector_file.h"

#include <string.h>

static uint64_t number_of(const struct vector *v, const char *name, unsigned index)
{
	for (size_t i = 0; i < v->field_count; i++) {
		uint64_t value = 0;

		if (strcmp(v->fields[i].name, name) != 0 || index-- > 0)
			continue;
		for (size_t at = v->fields[i].len; at > 0; at--)
			value = value << 8 | v->fields[i].bytes[at - 1];
		return value;
	}
	ck_abort_msg("%s has no %s", v->name, name);
	return 0;
}

static const char *text_of(const struct vector *v, const char *name, unsigned index)
{
	for (size_t i = 0; i < v->field_count; i++)
		if (strcmp(v->fields[i].name, name) == 0 && index-- == 0)
			return v->fields[i].value;
	ck_abort_msg("%s has no %s", v->name, name);
	return NULL;
}

static void check_digest(const struct vector *v)
{
	uint8_t digest[DIGEST_LEN];

	ck_assert(v->has_digest);
	image_read_digest(v->bytes, v->len, digest);
	ck_assert_mem_eq(digest, v->digest, sizeof digest);
}

static void check_flex(const struct vector *v, const struct read_image *image)
{
	unsigned step = 0;

	for (unsigned day = 0; day < READ_DAYS; day++)
		ck_assert_uint_eq(image->of_day[day],
				  number_of(v, "of_day", 0) >> 8 * day & 0xFF);
	ck_assert_uint_eq(image->pattern_count, number_of(v, "patterns", 0));
	for (unsigned i = 0; i < image->pattern_count; i++) {
		ck_assert_uint_eq(image->patterns[i].count, number_of(v, "steps", i));
		for (unsigned k = 0; k < image->patterns[i].count; k++, step++) {
			ck_assert_uint_eq(image->patterns[i].steps[k].minute,
					  number_of(v, "minute", step));
			ck_assert_uint_eq(image->patterns[i].steps[k].dose_ng_per_day,
					  number_of(v, "dose", step));
		}
	}
}

static void check_base(const struct vector *v, const struct read_image *image)
{
	ck_assert_uint_eq(image->mode, number_of(v, "mode", 0));
	if (image->mode == READ_MODE_SIMPLE)
		ck_assert_uint_eq(image->dose_ng_per_day, number_of(v, "dose", 0));
	if (image->mode == READ_MODE_FLEX)
		check_flex(v, image);
	if (image->mode != READ_MODE_PERIODIC)
		return;
	ck_assert_uint_eq(image->periodic_ng, number_of(v, "periodic_dose", 0));
	ck_assert_uint_eq(image->periodic_s, number_of(v, "duration", 0));
	ck_assert_uint_eq(image->interval_s, number_of(v, "interval", 0));
	ck_assert_uint_eq(image->dose_ng_per_day, number_of(v, "base", 0));
}

static void check_options(const struct vector *v, const struct read_image *image)
{
	if (image->has_patient) {
		ck_assert_uint_eq(image->patient_ng, number_of(v, "bolus_dose", 0));
		ck_assert_uint_eq(image->patient_s, number_of(v, "bolus_duration", 0));
		ck_assert_uint_eq(image->lockout_s, number_of(v, "lockout", 0));
		ck_assert_uint_eq(image->most, number_of(v, "most", 0));
	}
	if (image->bridge == READ_BRIDGE_UNSAID)
		return;
	ck_assert_uint_eq(image->bridge, number_of(v, "bridge", 0));
	if (image->bridge == READ_BRIDGE_NONE) {
		ck_assert_uint_eq(image->bridge_reason, number_of(v, "reason", 0));
		return;
	}
	ck_assert_uint_eq(image->bridge_nl, number_of(v, "bridge_volume", 0));
	ck_assert_uint_eq(image->bridge_nl_per_day, number_of(v, "bridge_rate", 0));
}

static void check_image(const struct vector *v)
{
	struct read_image image;

	ck_assert_int_eq(image_read(v->bytes, v->len, &image), PUMP_OK);
	ck_assert_uint_eq(image.count, number_of(v, "count", 0));
	for (unsigned i = 0; i < image.count; i++) {
		ck_assert_str_eq(image.drugs[i].name, text_of(v, "name", i));
		ck_assert_uint_eq(image.drugs[i].concentration_ng_per_ml,
				  number_of(v, "concentration", i));
	}
	check_base(v, &image);
	check_options(v, &image);
	ck_assert_uint_eq(image.low_alarm_nl, number_of(v, "low_alarm", 0));
	check_digest(v);
}

/* What each section says is compared by what the pump tells again. */
static void check_change(const struct vector *v)
{
	struct read_change change;
	uint8_t told[CHANGE_MAX];
	struct writer w;

	ck_assert_int_eq(change_read(v->bytes, v->len, &change), PUMP_OK);
	writer_init(&w, told, sizeof told);
	change_read_tell(&change, &w);
	if (!(change.parts & PART_IMAGE)) {
		ck_assert_uint_eq(writer_len(&w), v->len);
		ck_assert_mem_eq(told, v->bytes, v->len);
	} else {
		ck_assert_mem_eq(change.image_bytes, v->bytes + 4, change.image_len);
		ck_assert(change.parts == PART_IMAGE || change.parts == (PART_IMAGE | PART_REASON));
	}
	if (change.parts & PART_THERAPY)
		ck_assert_uint_eq(change.act, number_of(v, "act", 0));
	check_digest(v);
}

static void check_refused_change(const struct vector *v)
{
	struct read_change change;

	ck_assert_int_eq(change_read(v->bytes, v->len, &change), PUMP_EFORM);
}

static void check_order(const struct vector *v)
{
	struct read_order order;

	ck_assert_int_eq(change_read_order(v->bytes, v->len, &order), PUMP_OK);
	ck_assert_str_eq(order.serial, text_of(v, "serial", 0));
	ck_assert_uint_eq(order.token, number_of(v, "token", 0));
	ck_assert_uint_eq(order.kind, number_of(v, "kind", 0));
	ck_assert_uint_eq(order.operators, number_of(v, "operators", 0));
	ck_assert_uint_eq(order.not_after_ms, number_of(v, "not_after_ms", 0));
}

static void check_refused_image(const struct vector *v)
{
	struct read_image image;

	ck_assert_int_eq(image_read(v->bytes, v->len, &image), PUMP_EFORM);
}

static void check_refused_order(const struct vector *v)
{
	struct read_order order;

	ck_assert_int_eq(change_read_order(v->bytes, v->len, &order), PUMP_EFORM);
}

static const struct {
	const char *kind;
	void (*check)(const struct vector *);
} KINDS[] = {
	{"image", check_image},
	{"change", check_change},
	{"order", check_order},
	{"refused-image", check_refused_image},
	{"refused-change", check_refused_change},
	{"refused-order", check_refused_order},
};

enum { KIND_COUNT = sizeof KINDS / sizeof KINDS[0] };

START_TEST(the_pump_reads_every_vector_as_it_is_written)
{
	FILE *file = fopen(TEST_DATA "/vectors/images.txt", "r");
	struct vector *v = malloc(sizeof *v);
	unsigned seen[KIND_COUNT] = {0};

	ck_assert_ptr_nonnull(file);
	while (vector_read(file, v)) {
		size_t kind = 0;

		while (kind < KIND_COUNT && strcmp(KINDS[kind].kind, v->kind) != 0)
			kind++;
		ck_assert_msg(kind < KIND_COUNT, "%s is of no known kind", v->name);
		KINDS[kind].check(v);
		seen[kind]++;
	}
	for (size_t kind = 0; kind < KIND_COUNT; kind++)
		ck_assert_msg(seen[kind] > 0, "no vector of the kind %s", KINDS[kind].kind);
	free(v);
	fclose(file);
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("pump_reads");

	tcase_add_test(cases, the_pump_reads_every_vector_as_it_is_written);
	return suite_run(cases);
}
