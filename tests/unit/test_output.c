/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "app.h"
#include "output.h"
#include "output_tree.h"
#include "suite.h"

static struct app_options options;
static struct output *out;
static char shown[8192];

static void start(bool json)
{
	memset(&options, 0, sizeof(options));
	options.json = json;
	out = output_create(&options, "status");
}

/* Everything the body prints to stdout, by way of a file. */
static void finish(const struct error *error)
{
	FILE *file = tmpfile();
	const int saved = dup(STDOUT_FILENO);
	ck_assert_ptr_nonnull(file);
	(void)fflush(stdout);
	(void)dup2(fileno(file), STDOUT_FILENO);
	output_finish(out, error, NULL, 0);
	(void)fflush(stdout);
	(void)dup2(saved, STDOUT_FILENO);
	(void)close(saved);
	rewind(file);
	shown[fread(shown, 1, sizeof(shown) - 1, file)] = '\0';
	(void)fclose(file);
	output_destroy(out);
}

static void assert_shown(const char *part)
{
	ck_assert_msg(strstr(shown, part) != NULL, "\"%s\" is not in: %s", part, shown);
}

START_TEST(an_envelope_is_one_line_with_schema_data_and_warnings)
{
	start(true);
	output_string(output_data(out), "therapy", "running");
	output_warn(out, "CODE", "a \"quoted\" text");
	finish(NULL);
	ck_assert_str_eq(shown, "{\"schema\":\"pumpctl.status\",\"format_version\":\"1.0\",\"ok\":true,"
				"\"data\":{\"therapy\":\"running\"},"
				"\"warnings\":[{\"code\":\"CODE\",\"text\":\"a \\\"quoted\\\" text\"}]}\n");
}
END_TEST

START_TEST(an_error_envelope_has_code_exit_and_column)
{
	struct error error;
	(void)error_set(&error, ERR_BAD_QUANTITY, "DOSE: the unit is missing");
	error.column = 27;
	start(true);
	finish(&error);
	cJSON *root = cJSON_Parse(shown);
	ck_assert_ptr_nonnull(root);
	ck_assert(cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(root, "ok")));
	const cJSON *node = cJSON_GetObjectItemCaseSensitive(root, "error");
	ck_assert_str_eq(cJSON_GetObjectItemCaseSensitive(node, "code")->valuestring, "BAD_QUANTITY");
	ck_assert_int_eq(cJSON_GetObjectItemCaseSensitive(node, "exit")->valueint, 2);
	ck_assert_int_eq(cJSON_GetObjectItemCaseSensitive(node, "column")->valueint, 27);
	cJSON_Delete(root);
}
END_TEST

START_TEST(integers_keep_every_digit)
{
	start(true);
	output_integer(output_data(out), "a", INT64_MAX);
	output_integer(output_data(out), "b", INT64_MIN);
	output_unsigned(output_data(out), "c", UINT64_MAX);
	output_integer(output_data(out), "d", INT64_C(4500000000000010));
	finish(NULL);
	assert_shown("\"a\":9223372036854775807,\"b\":-9223372036854775808,"
		     "\"c\":18446744073709551615,\"d\":4500000000000010");
}
END_TEST

START_TEST(quantities_carry_value_unit_and_display)
{
	start(true);
	struct cJSON *data = output_data(out);
	output_dose(data, "dose", (struct dose_rate){1200000}, UNIT_MG);
	output_dose(data, "other", (struct dose_rate){1250000}, UNIT_MCG);
	output_volume(data, "reservoir", (struct volume){19980000});
	output_concentration(data, "concentration", (struct concentration){10000000}, UNIT_MG);
	output_rate(data, "rate", (struct volume_rate){120000});
	output_mass(data, "total", (struct mass){1250000}, UNIT_MCG);
	finish(NULL);
	assert_shown("\"dose\":{\"value\":\"1.2\",\"unit\":\"mg/d\",\"display\":\"1.2 mg per day\"}");
	assert_shown("\"other\":{\"value\":\"1250\",\"unit\":\"ug/d\",\"display\":\"1,250 mcg per day\"}");
	assert_shown("\"reservoir\":{\"value\":\"19.98\",\"unit\":\"mL\",\"display\":\"19.98 mL\"}");
	assert_shown("{\"value\":\"10\",\"unit\":\"mg/mL\",\"display\":\"10 mg per mL\"}");
	assert_shown("\"rate\":{\"value\":\"0.12\",\"unit\":\"mL/d\",\"display\":\"0.12 mL per day\"}");
	assert_shown("\"total\":{\"value\":\"1250\",\"unit\":\"ug\",\"display\":\"1,250 mcg\"}");
}
END_TEST

START_TEST(measured_volumes_are_exact_in_value_and_rounded_down_in_display)
{
	start(true);
	struct cJSON *data = output_data(out);
	output_measured_volume(data, "left", (struct volume){16249982}, OUTPUT_LEFT_STEP_NL);
	output_measured_volume(data, "exact", (struct volume){16250000}, OUTPUT_LEFT_STEP_NL);
	output_measured_volume(data, "trace", (struct volume){9999}, OUTPUT_LEFT_STEP_NL);
	output_measured_volume(data, "nothing", (struct volume){0}, OUTPUT_LEFT_STEP_NL);
	output_measured_volume(data, "one_hour", (struct volume){5209}, OUTPUT_DELIVERED_STEP_NL);
	finish(NULL);
	assert_shown("\"left\":{\"value\":\"16.249982\",\"unit\":\"mL\",\"display\":\"16.24 mL\"}");
	assert_shown("\"exact\":{\"value\":\"16.25\",\"unit\":\"mL\",\"display\":\"16.25 mL\"}");
	assert_shown("\"value\":\"0.009999\",\"unit\":\"mL\",\"display\":\"less than 0.01 mL\"}");
	assert_shown("\"value\":\"0\",\"unit\":\"mL\",\"display\":\"0 mL\"}");
	assert_shown("\"value\":\"0.005209\",\"unit\":\"mL\",\"display\":\"0.005 mL\"}");
}
END_TEST

START_TEST(seconds_are_shown_in_units_that_a_person_counts_in)
{
	start(true);
	struct cJSON *data = output_data(out);
	output_seconds(data, "a", 0);
	output_seconds(data, "b", 3600);
	output_seconds(data, "c", 86400 + 7384);
	output_seconds(data, "d", 30 * 86400);
	finish(NULL);
	assert_shown("\"a\":{\"value\":\"0\",\"unit\":\"s\",\"display\":\"0 s\"}");
	assert_shown("\"b\":{\"value\":\"3600\",\"unit\":\"s\",\"display\":\"1 h\"}");
	assert_shown("\"display\":\"1 day 2 h 3 min 4 s\"}");
	assert_shown("\"display\":\"30 days\"}");
}
END_TEST

START_TEST(a_virtual_pump_is_named_in_the_envelope_and_first_on_the_screen)
{
	start(true);
	output_mark_virtual(out);
	finish(NULL);
	assert_shown("\"virtual\":\"VIRTUAL PUMP\"");
	start(false);
	output_string(output_data(out), "therapy", "running");
	output_mark_virtual(out);
	finish(NULL);
	ck_assert_str_eq(shown, "VIRTUAL PUMP\nTherapy  running\n");
}
END_TEST

START_TEST(text_comes_from_the_same_tree)
{
	start(false);
	struct cJSON *data = output_data(out);
	output_volume(data, "low_alarm", (struct volume){2000000});
	output_flag(data, "complete", true);
	output_unknown(data, "time");
	output_hex(data, "digest", (const uint8_t *)"\x01\x02", 2); /* for machines only */
	struct cJSON *rows = output_array(data, "pumps");
	for (int i = 0; i < 2; i++) {
		struct cJSON *row = output_object(rows, NULL);
		output_format(row, "address", "sim:pump%d", i);
		output_flag(row, "pairing_window", i);
	}
	output_note(out, "One %s.", "note");
	finish(NULL);
	assert_shown("Low alarm  2 mL\nComplete   yes\nTime       not known\n\nPumps\n");
	assert_shown("  Address    Pairing window\n  sim:pump0  no\n  sim:pump1  yes\n");
	ck_assert_ptr_null(strstr(shown, "0102"));
	ck_assert_str_eq(shown + strlen(shown) - 10, "One note.\n");
}
END_TEST

START_TEST(text_of_a_pump_cannot_reach_the_terminal_raw)
{
	start(false);
	output_peer(output_data(out), "serial", "PX\033[2J\xc2\x9b", 8);
	finish(NULL);
	ck_assert_ptr_null(strchr(shown, '\033'));
	assert_shown("PX?[2J?");
}
END_TEST

static void compare(void)
{
	output_compare(out, "Drug", "morphine", "morphine", OUTPUT_NO_CHANGE);
	output_compare(out, "DOSE", "1 mg per day", "1.2 mg per day", "higher, +20 %");
}

START_TEST(the_comparison_has_now_new_change_in_this_order)
{
	start(false);
	compare();
	finish(NULL);
	ck_assert_str_eq(shown, "         NOW ON PUMP    TO BE PROGRAMMED   CHANGE\n"
				"  Drug   morphine       morphine           no change\n"
				"  DOSE   1 mg per day   1.2 mg per day     → higher, +20 %\n");
}
END_TEST

START_TEST(a_narrow_screen_stacks_the_comparison_and_cuts_nothing)
{
	char *text = NULL;
	size_t size = 0;
	start(false);
	compare();
	FILE *file = open_memstream(&text, &size);
	output_render_comparison(cJSON_GetObjectItemCaseSensitive(output_data(out), "comparison"), 77,
				 file);
	(void)fclose(file);
	ck_assert_ptr_nonnull(strstr(text, "DOSE\n  now on pump:       1 mg per day\n"
					   "  to be programmed:  1.2 mg per day\n"
					   "  change:            → higher, +20 %\n"));
	free(text);
	output_destroy(out);
}
END_TEST

START_TEST(what_was_shown_is_not_shown_again)
{
	start(false);
	output_string(output_data(out), "a", "first");
	output_show(out);
	output_string(output_data(out), "b", "second");
	finish(NULL);
	ck_assert_str_eq(shown, "\nB  second\n");
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("output");
	tcase_add_test(tc, an_envelope_is_one_line_with_schema_data_and_warnings);
	tcase_add_test(tc, an_error_envelope_has_code_exit_and_column);
	tcase_add_test(tc, integers_keep_every_digit);
	tcase_add_test(tc, quantities_carry_value_unit_and_display);
	tcase_add_test(tc, measured_volumes_are_exact_in_value_and_rounded_down_in_display);
	tcase_add_test(tc, seconds_are_shown_in_units_that_a_person_counts_in);
	tcase_add_test(tc, a_virtual_pump_is_named_in_the_envelope_and_first_on_the_screen);
	tcase_add_test(tc, text_comes_from_the_same_tree);
	tcase_add_test(tc, text_of_a_pump_cannot_reach_the_terminal_raw);
	tcase_add_test(tc, the_comparison_has_now_new_change_in_this_order);
	tcase_add_test(tc, a_narrow_screen_stacks_the_comparison_and_cuts_nothing);
	tcase_add_test(tc, what_was_shown_is_not_shown_again);
	return suite_run(tc);
}
