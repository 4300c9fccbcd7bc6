/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The second decoder: any single field that differs is caught. */
#include "fake_pump.h"
#include "second.h"
#include "suite.h"

#include <string.h>

static uint8_t change[CHANGE_MAX];
static size_t len;
static struct program meant;
static struct msg_staged staged;
static struct rig rig;

static void setup(void)
{
	uint8_t image[IMAGE_MAX], digest[DIGEST_LEN];
	size_t image_len = fake_program_image(image, digest);

	meant = fake_program();
	ck_assert_int_eq(change_encode_image(image, image_len, change, sizeof change, &len),
			 PUMP_OK);
	memset(&rig, 0, sizeof rig);
	rig.pump.request.op = OP_STAGE;
	rig.pump.request.as.stage.change = change;
	rig.pump.request.as.stage.change_len = len;
	staged = fake_staged(&rig).as.staged;
}

/* What an order of this kind is meant to hold. */
static enum pump_err compare_as(enum order_kind kind)
{
	struct change of_kind = {.parts = kind == ORDER_PROGRAM ? PART_IMAGE : PART_THERAPY};

	of_kind.therapy = kind == ORDER_RESUME	  ? ACT_RESUME
			  : kind == ORDER_MINIMUM ? ACT_MINIMUM
						  : ACT_STOP;
	return second_compare(change, len, kind, &of_kind, kind == ORDER_PROGRAM ? &meant : NULL, &staged);
}

static enum pump_err compare(void)
{
	return compare_as(ORDER_PROGRAM);
}

START_TEST(equal_decodings_agree)
{
	ck_assert_int_eq(compare(), PUMP_OK);
}
END_TEST

/* Changes one number of what was staged or meant, and puts it back. */
#define CATCHES(field)                                                                             \
	do {                                                                                       \
		ck_assert_int_eq(compare(), PUMP_OK);                                              \
		(field)++;                                                                         \
		ck_assert_msg(compare() == PUMP_EMISMATCH, #field " one higher");                  \
		(field) -= 2;                                                                      \
		ck_assert_msg(compare() == PUMP_EMISMATCH, #field " one lower");                   \
		(field)++;                                                                         \
	} while (0)

START_TEST(every_single_number_of_the_pumps_decoding_is_compared)
{
	CATCHES(staged.stage_digest[0]);
	CATCHES(staged.stage_digest[31]);
	CATCHES(staged.active_digest[0]);
	CATCHES(staged.active_digest[31]);
	CATCHES(staged.therapy);
	CATCHES(staged.rate_nl_per_day);
	CATCHES(staged.image.mode);
	CATCHES(staged.image.dose_ng_per_day);
	CATCHES(staged.image.low_alarm_nl);
	CATCHES(staged.image.volume_24h_nl);
	CATCHES(staged.image.greatest_hour_nl);
	CATCHES(staged.image.worst_24h_nl);
	CATCHES(staged.image.bridge);
	CATCHES(staged.image.count);
	for (size_t i = 0; i < 2; i++) {
		CATCHES(staged.image.drugs[i].name[0]);
		CATCHES(staged.image.drugs[i].concentration_ng_per_ml);
		CATCHES(staged.image.drugs[i].daily_ng);
		CATCHES(staged.image.drugs[i].worst_ng);
	}
}
END_TEST

START_TEST(every_single_number_of_what_was_meant_is_compared)
{
	CATCHES(meant.dose.ng_per_day);
	CATCHES(meant.low_alarm.nl);
	CATCHES(meant.mixture.count);
	for (size_t i = 0; i < 2; i++) {
		CATCHES(meant.mixture.parts[i].name[0]);
		CATCHES(meant.mixture.parts[i].concentration.ng_per_ml);
	}
}
END_TEST

START_TEST(a_name_that_only_begins_alike_is_another)
{
	staged.image.drugs[0].name[8] = 'x'; /* "morphinex" */
	ck_assert_int_eq(compare(), PUMP_EMISMATCH);
	staged.image.drugs[0].name[8] = '\0';
	staged.image.drugs[0].name[7] = '\0'; /* "morphin" */
	ck_assert_int_eq(compare(), PUMP_EMISMATCH);
}
END_TEST

START_TEST(a_missing_decoding_is_caught)
{
	staged.has_image = false;
	ck_assert_int_eq(compare(), PUMP_EMISMATCH);
}
END_TEST

START_TEST(drugs_in_another_order_are_caught)
{
	struct mixture_part first = meant.mixture.parts[0];

	meant.mixture.parts[0] = meant.mixture.parts[1];
	meant.mixture.parts[1] = first;
	ck_assert_int_eq(compare(), PUMP_EMISMATCH);
}
END_TEST

/* The digests fit, so that only the layout can tell. */
static enum pump_err compare_rehashed(void)
{
	digest_bytes(change, len, staged.stage_digest);
	if (len > 4)
		digest_bytes(change + 4, len - 4, staged.active_digest);
	return compare();
}

START_TEST(every_changed_byte_of_the_change_is_caught)
{
	for (size_t i = 0; i < len; i++) {
		setup();
		change[i] ^= 0x04;
		ck_assert_msg(compare_rehashed() != PUMP_OK, "byte %zu", i);
	}
}
END_TEST

START_TEST(every_other_length_of_the_change_is_caught)
{
	size_t whole = len;

	for (len = 0; len < whole + 8; len++) {
		if (len == whole)
			continue;
		ck_assert_msg(compare_rehashed() != PUMP_OK, "length %zu", len);
	}
}
END_TEST

START_TEST(no_length_field_leads_astray)
{
	/* Every value of each byte, with the digests made to fit: never a read outside, never OK. */
	for (size_t i = 0; i < len; i++) {
		for (unsigned value = 0; value < 256; value++) {
			setup();
			if (change[i] == value)
				continue;
			change[i] = (uint8_t)value;
			ck_assert_int_ne(compare_rehashed(), PUMP_OK);
		}
	}
}
END_TEST

START_TEST(a_drug_beyond_the_count_is_caught)
{
	/* Version, tag and length of change and image lie before the count. */
	ck_assert_uint_eq(change[8], 2);
	change[8] = 1;
	meant.mixture.count = 1;
	staged.image.count = 1;
	ck_assert_int_eq(compare_rehashed(), PUMP_EFORM);
}
END_TEST

START_TEST(the_greatest_dose_does_not_overflow)
{
	meant.dose.ng_per_day = INT64_MAX;
	meant.mixture.parts[0].concentration.ng_per_ml = 1;
	/* A rate beyond 64 bits fits no answer of a pump. */
	uint8_t image[IMAGE_MAX];
	size_t image_len;

	ck_assert_int_eq(image_encode(&meant, image, sizeof image, &image_len), PUMP_OK);
	ck_assert_int_eq(change_encode_image(image, image_len, change, sizeof change, &len),
			 PUMP_OK);
	staged.image.dose_ng_per_day = INT64_MAX;
	staged.image.drugs[0].concentration_ng_per_ml = 1;
	staged.rate_nl_per_day = (uint64_t)INT64_MAX * 1000000;
	staged.image.volume_24h_nl = staged.rate_nl_per_day;
	ck_assert_int_eq(compare_rehashed(), PUMP_EMISMATCH);
}
END_TEST

static void set_act(enum therapy_act act, uint8_t therapy, uint64_t rate)
{
	memset(&staged, 0, sizeof staged);
	ck_assert_int_eq(change_encode_act(act, change, sizeof change, &len), PUMP_OK);
	digest_bytes(change, len, staged.stage_digest);
	memcpy(staged.acts, change, len);
	staged.acts_len = len;
	staged.therapy = therapy;
	staged.rate_nl_per_day = rate;
}

START_TEST(therapy_acts_are_compared_with_their_kind)
{
	static const struct {
		enum therapy_act act;
		enum order_kind kind;
		uint8_t therapy;
		uint64_t rate;
	} rows[] = {
		{ACT_STOP, ORDER_STOP, THERAPY_STOPPED, 0},
		{ACT_RESUME, ORDER_RESUME, THERAPY_RUNNING, 5},
		{ACT_MINIMUM, ORDER_MINIMUM, THERAPY_MINIMUM, 5},
	};
	static const uint8_t therapies[] = {THERAPY_UNDETERMINED, THERAPY_STOPPED,
					    THERAPY_MINIMUM, THERAPY_RUNNING};

	for (size_t i = 0; i < 3; i++) {
		for (size_t k = 0; k < 3; k++) {
			set_act(rows[i].act, rows[i].therapy, rows[i].rate);
			ck_assert_int_eq(compare_as(rows[k].kind),
					 i == k ? PUMP_OK : PUMP_EMISMATCH);
		}
		for (size_t t = 0; t < sizeof therapies; t++) {
			set_act(rows[i].act, therapies[t], rows[i].rate);
			/* What is resumed may hold the pump at its least rate, or stopped. */
			staged.rate_nl_per_day = therapies[t] == THERAPY_STOPPED ? 0 : rows[i].rate;
			ck_assert_int_eq(compare_as(rows[i].kind),
					 therapies[t] == rows[i].therapy ||
							 (rows[i].act == ACT_RESUME && t > 0)
						 ? PUMP_OK
						 : PUMP_EMISMATCH);
		}
		set_act(rows[i].act, rows[i].therapy, rows[i].rate);
		staged.has_image = true;
		ck_assert_int_eq(compare_as(rows[i].kind),
				 PUMP_EMISMATCH);
		staged.has_image = false;
		staged.stage_digest[5] ^= 1;
		ck_assert_int_eq(compare_as(rows[i].kind),
				 PUMP_EMISMATCH);
	}
}
END_TEST

START_TEST(a_stop_that_goes_on_delivering_is_caught)
{
	set_act(ACT_STOP, THERAPY_STOPPED, 1);
	ck_assert_int_eq(compare_as(ORDER_STOP), PUMP_EMISMATCH);
}
END_TEST

START_TEST(an_act_is_no_program_and_a_program_no_act)
{
	ck_assert_int_eq(compare_as(ORDER_STOP), PUMP_EMISMATCH);
	set_act(ACT_STOP, THERAPY_STOPPED, 0);
	ck_assert_int_eq(compare(), PUMP_EMISMATCH);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		equal_decodings_agree,
		every_single_number_of_the_pumps_decoding_is_compared,
		every_single_number_of_what_was_meant_is_compared,
		a_name_that_only_begins_alike_is_another,
		a_missing_decoding_is_caught,
		drugs_in_another_order_are_caught,
		every_changed_byte_of_the_change_is_caught,
		every_other_length_of_the_change_is_caught,
		no_length_field_leads_astray,
		a_drug_beyond_the_count_is_caught,
		the_greatest_dose_does_not_overflow,
		therapy_acts_are_compared_with_their_kind,
		a_stop_that_goes_on_delivering_is_caught,
		an_act_is_no_program_and_a_program_no_act,
		NULL,
	};

	return suite_run_tests("second", tests, setup, NULL);
}
