/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drug_file.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

static struct drug_file file;
static struct drug_file_error error;

static bool parse(const char *text)
{
	return drug_file_parse(text, strlen(text), &file, &error);
}

#define HEAD "{\"schema\":\"pumpctl.drugs\",\"format_version\":\"1.0\",\"clinic\":\"North\",\n"
#define ROW  "\"drug\":\"morphine\",\"source\":\"formulary\",\"date\":\"2026-08-01\""

START_TEST(every_figure_of_a_row_is_taken)
{
	const struct drug_row *row = &file.site.rows[0];

	ck_assert(parse(HEAD "\"restart_after\":\"12h\",\"drugs\":[{" ROW
			     ",\"concentrations\":[\"10 mg/mL\",\"20 mg/mL\"],"
			     "\"least_concentration\":\"4 mg/mL\",\"greatest_concentration\":\"20 mg/mL\","
			     "\"start_least\":\"0.1 mg/day\",\"start_greatest\":\"0.5 mg/day\","
			     "\"step_percent\":20,\"step_interval\":\"2d\",\"daily_maximum\":\"15 mg/day\"}]}"));
	ck_assert_uint_eq(file.site.count, 1);
	ck_assert_str_eq(file.clinic, "North");
	ck_assert_int_eq(file.site.restart_after.s, 12 * 3600);
	ck_assert_str_eq(row->drug, "morphine");
	ck_assert_int_eq(row->stocked[1].ng_per_ml, 20000000);
	ck_assert_int_eq(row->stocked[2].ng_per_ml, 0);
	ck_assert_int_eq(row->least.ng_per_ml, 4000000);
	ck_assert_int_eq(row->greatest.ng_per_ml, 20000000);
	ck_assert_int_eq(row->start_least.ng_per_day, 100000);
	ck_assert_int_eq(row->start_greatest.ng_per_day, 500000);
	ck_assert_int_eq(row->step_percent, 20);
	ck_assert_int_eq(row->step_interval.s, 172800);
	ck_assert_int_eq(row->daily_maximum.ng_per_day, 15000000);
	ck_assert_str_eq(row->source, "formulary");
	ck_assert(row->verified && row->authority == DRUG_SITE);
	ck_assert(parse(HEAD "\"drugs\":[]}"));
	ck_assert_uint_eq(file.site.count, 0);
}
END_TEST

/* One row of drugs on line 2; what is wrong stands at column. */
static const struct {
	const char *row;
	size_t column;
	const char *reason;
} rows[] = {
	{"{" ROW "}", 10, "no figure"},
	{"{" ROW ",\"daily_maximum\":\"15mg\"}", 86, "15 mg/day"},
	{"{" ROW ",\"daily_maximum\":\"15000 mcg/day\"}", 86, "15 mg/day"},
	{"{" ROW ",\"daily_maximum\":\"1.50 mg/day\"}", 86, "1.5 mg/day"},
	{"{" ROW ",\"daily_maximum\":\"0 mg/day\"}", 86, "leave it out"},
	{"{" ROW ",\"daily_maximum\":15}", 86, "text such as"},
	{"{" ROW ",\"daily_maximum\":\"200 mg/day\"}", 10, "ten times"},
	{"{" ROW ",\"daily_maximum\":\"2 mg/day\"}", 10, "tenth"},
	{"{" ROW ",\"greatest_concentration\":\"250 mg/mL\"}", 10, "ten times"},
	{"{" ROW ",\"greatest_concentration\":\"5000 mg/mL\"}", 95, "4294.967295"},
	{"{" ROW ",\"least_concentration\":\"10 mg\"}", 92, "mg/mL"},
	{"{" ROW ",\"concentrations\":[\"20 mg/mL\",\"10 mg/mL\"]}", 99, "ascend"},
	{"{" ROW ",\"concentrations\":[]}", 87, "empty"},
	{"{" ROW ",\"concentrations\":[\"1 mg/mL\",\"2 mg/mL\",\"3 mg/mL\",\"4 mg/mL\",\"5 mg/mL\"]}", 128,
	 "four"},
	{"{" ROW ",\"least_concentration\":\"20 mg/mL\",\"greatest_concentration\":\"10 mg/mL\"}", 10, "above"},
	{"{" ROW ",\"greatest_concentration\":\"10 mg/mL\",\"concentrations\":[\"20 mg/mL\"]}", 10, "outside"},
	{"{" ROW ",\"start_greatest\":\"5 mg/day\",\"daily_maximum\":\"4 mg/day\"}", 10, "first dose"},
	{"{" ROW ",\"start_least\":\"0.1 mg/day\"}", 10, "start_greatest"},
	{"{" ROW ",\"step_percent\":0}", 85, "from 1 to 100"},
	{"{" ROW ",\"step_percent\":101}", 85, "from 1 to 100"},
	{"{" ROW ",\"step_percent\":\"20\"}", 85, "from 1 to 100"},
	{"{" ROW ",\"step_percent\":20.5}", 87, "whole"},
	{"{" ROW ",\"step_percent\":2e1}", 86, "whole"},
	{"{" ROW ",\"step_percent\":20,\"step\":\"0.1 mg/day\"}", 10, "exclude"},
	{"{" ROW ",\"step_interval\":\"24hours\"}", 86, "24h"},
	{"{" ROW ",\"daily_max\":\"15 mg/day\"}", 82, "no such member"},
	{"{" ROW ",\"daily_maximum\":\"15 mg/day\",\"daily_maximum\":\"15 mg/day\"}", 114, "twice"},
	{"{\"drug\":\"morfine\",\"source\":\"f\",\"date\":\"2026-08-01\"}", 18, "no such drug"},
	{"{\"drug\":\"morphine\",\"date\":\"2026-08-01\"}", 10, "source"},
	{"{\"drug\":\"morphine\",\"source\":\"\",\"date\":\"2026-08-01\"}", 38, "empty"},
	{"{\"drug\":\"morphine\",\"source\":\"f\",\"date\":\"01/08/2026\"}", 49, "year-month-day"},
	{"{\"drug\":\"morphine\",\"source\":\"a\\u001bb\",\"date\":\"2026-08-01\"}", 38, "control"},
	{"7", 10, "object"},
	{"[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]", 24, "deep"},
};

START_TEST(one_mistake_refuses_the_file_and_is_named_with_its_place)
{
	char text[2048];

	(void)snprintf(text, sizeof text, HEAD "\"drugs\":[%s]}", rows[_i].row);
	ck_assert_msg(!parse(text), "%s", rows[_i].row);
	ck_assert_msg(strstr(error.reason, rows[_i].reason) != NULL, "%s: %s", rows[_i].row, error.reason);
	ck_assert_uint_eq(error.line, 2);
	ck_assert_msg(error.column == rows[_i].column, "%s: column %zu", rows[_i].row, error.column);
}
END_TEST

static const struct {
	const char *text, *reason;
} files[] = {
	{"", "ends early"},
	{"[]", "one object"},
	{"{}", "schema"},
	{"{\"schema\":\"x\",\"format_version\":\"1.0\",\"clinic\":\"a\",\"drugs\":[]}", "pumpctl.drugs"},
	{"{\"schema\":\"pumpctl.drugs\",\"format_version\":\"2.0\",\"clinic\":\"a\",\"drugs\":[]}", "version"},
	{HEAD "\"drugs\":{}}", "list"},
	{HEAD "\"drugs\":[],\"other\":1}", "no such member"},
	{HEAD "\"drugs\":[]} x", "follow"},
	{HEAD "\"drugs\":[{" ROW ",\"daily_maximum\":\"15 mg/day\"},{" ROW ",\"daily_maximum\":\"15 mg/day\"}]}",
	 "already"},
	{HEAD "\"restart_after\":\"24\",\"drugs\":[]}", "24h"},
	{HEAD "\"clinic\":7,\"drugs\":[]}", "twice"},
};

START_TEST(another_file_is_refused)
{
	ck_assert_msg(!parse(files[_i].text), "%s", files[_i].text);
	ck_assert_msg(strstr(error.reason, files[_i].reason) != NULL, "%s: %s", files[_i].text, error.reason);
}
END_TEST

START_TEST(a_text_is_not_longer_than_its_place)
{
	char text[1024], source[DRUG_FILE_TEXT + 1];

	memset(source, 'x', sizeof source - 1);
	source[sizeof source - 1] = '\0';
	(void)snprintf(text, sizeof text,
		       HEAD "\"drugs\":[{\"drug\":\"morphine\",\"source\":\"%s\",\"date\":\"2026-08-01\","
			    "\"step_percent\":5}]}", source);
	ck_assert(!parse(text));
	ck_assert_ptr_nonnull(strstr(error.reason, "too long"));
	source[sizeof source - 2] = '\0';
	(void)snprintf(text, sizeof text,
		       HEAD "\"drugs\":[{\"drug\":\"morphine\",\"source\":\"%s\",\"date\":\"2026-08-01\","
			    "\"step_percent\":5}]}", source);
	ck_assert(parse(text));
	ck_assert_str_eq(file.site.rows[0].source, source);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {every_figure_of_a_row_is_taken, a_text_is_not_longer_than_its_place,
				      NULL};
	const struct suite_loop loops[] = {
		{one_mistake_refuses_the_file_and_is_named_with_its_place, sizeof rows / sizeof rows[0]},
		{another_file_is_refused, sizeof files / sizeof files[0]},
		{NULL, 0},
	};

	return suite_run_loops("drug_file", tests, loops, NULL, NULL);
}
