/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "command.h"
#include "options.h"
#include "spelling.h"
#include "suite.h"

static struct words words;
static struct values values;
static struct error error;

static enum error_code parse(const char *line)
{
	memset(&error, 0, sizeof(error));
	ck_assert_int_eq(line_split(line, &words, &error), ERR_NONE);
	return command_parse(&words, &values, &error);
}

/* column: where the mistake is; part: what the explanation must contain. */
struct refusal {
	const char *line;
	enum error_code code;
	size_t column;
	const char *part;
};

static const struct refusal refusals[] = {
	/* quantities: the spellings that have led to accidents */
	{"program check morphine 1.2", ERR_BAD_QUANTITY, 27, "1.2 mg/day"},
	{"program check morphine 1,2 mg/day", ERR_BAD_QUANTITY, 25, "1.2 mg/day"},
	{"program check morphine .5 mg/day", ERR_BAD_QUANTITY, 24, "0.5 mg/day"},
	{"program check morphine 1.20mg/d", ERR_BAD_QUANTITY, 27, "1.2 mg/day"},
	{"program check morphine 1.20 mg/day", ERR_BAD_QUANTITY, 27, "1.2 mg/day"},
	{"program check morphine '1.20 mg/day'", ERR_BAD_QUANTITY, 28, "1.2 mg/day"},
	{"program check morphine 1.2 mg/d", ERR_BAD_QUANTITY, 28, "1.2 mg/day"},
	{"program check morphine 1.2 MG/day", ERR_BAD_QUANTITY, 28, "1.2 mg/day"},
	{"program check morphine 1e3 mg/day", ERR_BAD_QUANTITY, 25, ""},
	{"program check morphine -1 mg/day", ERR_BAD_QUANTITY, 24, ""},
	{"program check morphine 1200 mcg/day", ERR_REFUSED_LIMIT, 29, "1.2 mg/day"},
	{"program check baclofen 1.2 mg/day", ERR_REFUSED_LIMIT, 28, "1200 mcg/day"},
	{"program check morphine 1.2 concentration 10 mg/mL", ERR_BAD_QUANTITY, 27, "1.2 mg/day"},
	{"program check morphine 1 mg/day concentration 10 mg/ml", ERR_BAD_QUANTITY, 50, "10 mg/mL"},
	{"program check morphine 1 mg/day low-alarm 2", ERR_BAD_QUANTITY, 44, "2 mL"},
	/* drugs: named, never guessed */
	{"program check morfine 1 mg/day", ERR_UNKNOWN_DRUG, 15, "morphine"},
	{"program check Morphine 1 mg/day", ERR_UNKNOWN_DRUG, 15, "morphine"},
	{"program check aspirin 1 mg/day", ERR_UNKNOWN_DRUG, 15, "aspirin"},
	{"drug show MS", ERR_UNKNOWN_DRUG, 11, "MS"},
	/* words */
	{"program check", ERR_USAGE, 15, "DRUG"},
	{"program check morphine", ERR_USAGE, 24, "DOSE"},
	{"program check morphine 1 mg/day twice", ERR_USAGE, 33, "nothing more"},
	{"program check morphine 1 mg/day low-alarm", ERR_USAGE, 43, "VOLUME"},
	{"program check morphine 1 mg/day low-alarm 2 mL low-alarm 3 mL", ERR_USAGE, 48, "already"},
	{"program check morphine 1 mg/day --force", ERR_USAGE, 33, "no such option"},
	{"program", ERR_USAGE, 9, "apply"},
	{"program aply", ERR_USAGE, 9, "apply"},
	{"program frobnicate", ERR_USAGE, 9, "check"},
	{"statsu", ERR_USAGE, 1, "status"},
	{"frobnicate", ERR_USAGE, 1, "no such command"},
	{"status now", ERR_USAGE, 8, "nothing more"},
	{"program check morphine 1 mg/day low-alram 2 mL", ERR_USAGE, 33, "did you mean: low-alarm"},
	{"program check morphine 1 mg/day --concentartion 10 mg/mL", ERR_USAGE, 33, "did you mean: --concentration"},
	{"refill 20 mL morphine 10 mg/mL rinsd", ERR_USAGE, 32, "did you mean: rinsed"},
	{"log show limit 0", ERR_USAGE, 16, "whole number"},
	{"log show limit 007", ERR_USAGE, 16, "whole number"},
	{"log show limit ten", ERR_USAGE, 16, "whole number"},
	{"connect ../../etc", ERR_USAGE, 9, "letters"},
	/* what spreads over several words keeps its columns */
	{"calc rate dose 200 concentration 500 mcg/mL", ERR_BAD_QUANTITY, 19, "200 mg/day or 200 mcg/day"},
	{"calc rate dose 200 mcg/day concentration 50 mg in 20 ml", ERR_BAD_QUANTITY, 54, "50 mg in 20 mL"},
	{"calc rate dose 200 mcg/day concentration 50 MG in 20 mL", ERR_BAD_QUANTITY, 45, "50 mg in 20 mL"},
	{"calc rate dose 200 mcg/day concentration '50 mg in 20 ml'", ERR_BAD_QUANTITY, 55, "50 mg in 20 mL"},
	{"calc rate dose 200 mcg/day concentration 50 mg in", ERR_BAD_QUANTITY, 50, "number is missing"},
	{"calc rate dose 1 mg/day concentration 50  in 20 mL", ERR_BAD_QUANTITY, 41, "unit is missing"},
	{"calc dose rate 0.4 mL/h concentration 500 mcg/mL", ERR_BAD_QUANTITY, 20, "mL/day"},
	{"calc mixture primary morphine 20 mg dose 5 mg/day", ERR_BAD_QUANTITY, 34, "concentration"},
	{"calc mixture primary morfine 20 mg/mL dose 5 mg/day", ERR_UNKNOWN_DRUG, 22, "morphine"},
	{"calc mixture primary morphine dose 5 mg/day", ERR_BAD_QUANTITY, 30, "number is missing"},
	{"calc refill reservoir 20 mL alarm 2 mL rate 1 mL/day filled 2026-13-01", ERR_BAD_QUANTITY, 66, "months"},
	{"calc refill reservoir 20 mL alarm 2 mL rate 1 mL/day filled 2026/8/19", ERR_BAD_QUANTITY, 65, "2026-08-19"},
	{"calc refill reservoir 20 mL alarm 2 mL rate 1 mL/day expiry 90 days", ERR_BAD_QUANTITY, 64, "90 d"},
	/* a keyword that is needed, and one that may be given five times */
	{"calc rate dose 200 mcg/day", ERR_USAGE, 28, "concentration CONCENTRATION is missing"},
	{"calc mixture primary morphine 20 mg/mL other clonidine 1 mg/mL other clonidine 1 mg/mL other "
	 "clonidine 1 mg/mL other clonidine 1 mg/mL other clonidine 1 mg/mL other clonidine 1 mg/mL dose 5 "
	 "mg/day", ERR_USAGE, 160, "already"},
};

START_TEST(a_mistake_is_refused_with_its_column_and_the_right_spelling)
{
	const struct refusal *row = &refusals[_i];
	ck_assert_int_eq(parse(row->line), row->code);
	ck_assert_msg(error.column == row->column, "%s: column %zu", row->line, error.column);
	ck_assert_msg(strstr(error.detail, row->part) != NULL, "%s: %s", row->line, error.detail);
}
END_TEST

static const char *const doses[] = {
	"program apply morphine 1.2 mg/day",
	"program apply morphine 1.2mg/day",
	"program apply morphine '1.2 mg/day'",
	"program apply low-alarm 2 mL morphine 1.2 mg/day",
	"program apply morphine --low-alarm 2mL 1.2 mg/day",
};

START_TEST(a_dose_is_one_word_or_two_and_keywords_stand_anywhere)
{
	ck_assert_int_eq(parse(doses[_i]), ERR_NONE);
	ck_assert_str_eq(values.command->words, "program apply");
	ck_assert_str_eq(values.at[0].as.drug->name, "morphine");
	ck_assert_int_eq(values.at[1].as.dose.ng_per_day, 1200000);
	ck_assert_int_eq(values.at[3].present, _i >= 3);
	if (_i >= 3)
		ck_assert_int_eq(values.at[3].as.volume.nl, 2000000);
}
END_TEST

START_TEST(keyword_values_are_typed)
{
	ck_assert_int_eq(parse("program check baclofen 250 mcg/day concentration 0.5 mg/mL"), ERR_NONE);
	ck_assert_int_eq(values.at[2].as.concentration.ng_per_ml, 500000);
	ck_assert_int_eq(parse("log show --limit 50"), ERR_NONE);
	ck_assert_int_eq(values.at[0].as.integer, 50);
}
END_TEST

START_TEST(preparations_and_strengths_are_one_word_or_many)
{
	static const char *const lines[] = {
		"calc mixture primary morphine 400 mg in 20 mL other clonidine 4 mg in 20 mL dose 5 mg/day",
		"calc mixture --primary 'morphine 400 mg in 20 mL' --other \"clonidine 4 mg in 20 mL\" --dose '5 mg/day'",
		"calc mixture dose 5mg/day primary morphine 400mg in 20mL other clonidine '4 mg in 20 mL'",
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		ck_assert_msg(parse(lines[i]) == ERR_NONE, "%s: %s", lines[i], error.detail);
		ck_assert_str_eq(values.at[0].as.preparation.drug->name, "morphine");
		ck_assert_int_eq(values.at[0].as.preparation.strength.concentration.ng_per_ml, 20000000);
		ck_assert_int_eq(values.at[0].unit, UNIT_MG);
		ck_assert_str_eq(values.at[1].as.preparation.drug->name, "clonidine");
		ck_assert_int_eq(values.at[1].as.preparation.strength.concentration.ng_per_ml, 200000);
		ck_assert(!values.at[2].present);
		ck_assert_int_eq(values.at[6].as.dose.ng_per_day, 5000000);
	}
}
END_TEST

START_TEST(the_rest_is_taken_as_it_is)
{
	ck_assert_int_eq(parse("help program apply"), ERR_NONE);
	ck_assert_uint_eq(values.rest_count, 2);
	ck_assert_str_eq(values.rest[1], "apply");
}
END_TEST

START_TEST(every_row_is_whole_and_its_example_parses)
{
	char usage[256];
	for (size_t g = 0; g < command_group_count; g++) {
		for (size_t i = 0; i < command_groups[g]->count; i++) {
			const struct command *row = &command_groups[g]->commands[i];
			ck_assert(row->run != NULL);
			ck_assert_msg(row->summary && row->summary[0] && row->example, "%s", row->words);
			ck_assert_uint_gt(command_usage(row, usage, sizeof(usage)), 0);
			ck_assert_int_eq(line_split(row->example, &words, &error), ERR_NONE);
			struct app_options options;
			options_init(&options);
			ck_assert_msg(!options_take(&words, &options, true, &error) &&
					      !command_parse(&words, &values, &error),
				      "example of %s: %s", row->words, error.detail);
			ck_assert_ptr_eq(values.command, row);
		}
	}
}
END_TEST

START_TEST(a_therapy_change_always_needs_the_link_and_only_getting_safe_is_exempt)
{
	for (size_t g = 0; g < command_group_count; g++)
		for (size_t i = 0; i < command_groups[g]->count; i++) {
			const unsigned flags = command_groups[g]->commands[i].flags;
			ck_assert(!(flags & CHANGES_THERAPY) || (flags & NEEDS_LINK));
			ck_assert(!(flags & GETS_SAFE) || (flags & CHANGES_THERAPY));
			ck_assert(!(flags & OFFLINE) || !(flags & NEEDS_LINK));
		}
}
END_TEST

START_TEST(options_of_a_line_are_taken_out_and_the_rest_keeps_its_columns)
{
	struct app_options options;
	options_init(&options);
	ck_assert_int_eq(line_split("program --json apply -n morphine --confirm 'a b' 1.2 mg/day", &words,
				    &error), ERR_NONE);
	ck_assert_int_eq(options_take(&words, &options, true, &error), ERR_NONE);
	ck_assert(options.json && options.dry_run);
	ck_assert_str_eq(options.confirm[0], "a b");
	ck_assert_uint_eq(words.count, 5);
	ck_assert_uint_eq(words.at[2].column, 25);
	ck_assert_int_eq(command_parse(&words, &values, &error), ERR_NONE);
}
END_TEST

START_TEST(options_are_never_abbreviated)
{
	struct app_options options;
	struct options_main plan;
	char *argv[] = {"pumpctl", "--js", "status", NULL};
	options_init(&options);
	ck_assert_int_eq(options_parse(3, argv, &options, &plan, &error), ERR_USAGE);
	ck_assert(!options.json);
	ck_assert_int_eq(line_split("status --js", &words, &error), ERR_NONE);
	ck_assert_int_eq(options_take(&words, &options, true, &error), ERR_NONE);
	ck_assert_int_eq(command_parse(&words, &values, &error), ERR_USAGE);
}
END_TEST

START_TEST(a_line_cannot_change_pump_or_state_directory)
{
	struct app_options options;
	options_init(&options);
	ck_assert_int_eq(line_split("status --pump PX20-000124", &words, &error), ERR_NONE);
	ck_assert_int_eq(options_take(&words, &options, true, &error), ERR_USAGE);
	ck_assert_uint_eq(error.column, 8);
	ck_assert_int_eq(line_split("status --pump PX20-000124", &words, &error), ERR_NONE);
	ck_assert_int_eq(options_take(&words, &options, false, &error), ERR_NONE);
	ck_assert_str_eq(options.pump, "PX20-000124");
}
END_TEST

START_TEST(distance_counts_letters_and_swaps)
{
	ck_assert_uint_eq(spelling_distance("status", "status"), 0);
	ck_assert_uint_eq(spelling_distance("statsu", "status"), 1);
	ck_assert_uint_eq(spelling_distance("Status", "status"), 1);
	ck_assert_uint_eq(spelling_distance("morfine", "morphine"), 2);
	ck_assert_uint_gt(spelling_distance("baclofen", "morphine"), SPELLING_NEAR);
	ck_assert_uint_gt(spelling_distance("abcdefghijklmnopqrstuvwxyzabcdefgh", "a"), SPELLING_NEAR);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("parse");
	tcase_add_loop_test(tc, a_mistake_is_refused_with_its_column_and_the_right_spelling, 0,
			    sizeof(refusals) / sizeof(refusals[0]));
	tcase_add_loop_test(tc, a_dose_is_one_word_or_two_and_keywords_stand_anywhere, 0,
			    sizeof(doses) / sizeof(doses[0]));
	tcase_add_test(tc, keyword_values_are_typed);
	tcase_add_test(tc, preparations_and_strengths_are_one_word_or_many);
	tcase_add_test(tc, the_rest_is_taken_as_it_is);
	tcase_add_test(tc, every_row_is_whole_and_its_example_parses);
	tcase_add_test(tc, a_therapy_change_always_needs_the_link_and_only_getting_safe_is_exempt);
	tcase_add_test(tc, options_of_a_line_are_taken_out_and_the_rest_keeps_its_columns);
	tcase_add_test(tc, options_are_never_abbreviated);
	tcase_add_test(tc, a_line_cannot_change_pump_or_state_directory);
	tcase_add_test(tc, distance_counts_letters_and_swaps);
	return suite_run(tc);
}
