/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calc trial, restart: the first dose after a test dose, and after a time without drug. No pump, no state. */
#include "calc_common.h"
#include "describe.h"
#include "drug_site.h"
#include "groups.h"
#include "therapy_limits.h"

static void add_source(struct cJSON *data, const struct drug_row *row)
{
	output_string(data, "rule_of", row->title);
	output_string(data, "source", row->source);
	output_string(data, "source_date", row->source_date);
}

enum { TRIAL_DRUG, TRIAL_DOSE, TRIAL_RESPONSE, TRIAL_REACTION };

/* The label's first daily dose, times the test dose that worked. */
static enum error_code add_first_dose(const struct values *args, const struct drug_row *row,
				      struct output *out, struct error *error)
{
	const struct value *at = args->at;
	const struct drug *drug = at[TRIAL_DRUG].as.drug;
	const bool is_long = at[TRIAL_RESPONSE].as.duration.s > row->long_response.s ||
			     at[TRIAL_REACTION].present;
	const int64_t times = is_long ? row->trial_times_long : row->trial_times;
	struct cJSON *data = output_data(out);
	struct dose_rate dose;
	if (__builtin_mul_overflow(at[TRIAL_DOSE].as.mass.ng, times, &dose.ng_per_day))
		return calc_refuse(error, &at[TRIAL_DOSE], "the dose is too large to be counted");
	output_dose(data, "dose", dose, drug->unit);
	output_integer(data, "times_the_test_dose", times);
	add_source(data, row);
	output_note(out, "%s",
		    is_long ? "The response lasted long, or was bad: the first daily dose is the test dose."
			    : "The first daily dose is twice the test dose that worked.");
	return ERR_NONE;
}

static enum error_code calc_trial(struct app *app, const struct values *args, struct output *out,
				  struct error *error)
{
	const struct value *at = args->at;
	const struct drug *drug = at[TRIAL_DRUG].as.drug;
	struct cJSON *data = output_data(out);
	const struct drug_site *site;
	struct drug_limits limits;
	const enum error_code code = drug_site_use(app, &site, error);
	if (code)
		return code;
	if (at[TRIAL_DOSE].as.mass.ng < 1 || at[TRIAL_RESPONSE].as.duration.s < 1)
		return calc_refuse(error, &at[TRIAL_DOSE],
				   "a test dose that worked, and how long, are both more than zero");
	drug_limits_find(drug, site, &limits);
	output_string(data, "drug", drug->display);
	output_mass(data, "test_dose", at[TRIAL_DOSE].as.mass, drug->unit);
	output_seconds(data, "response", at[TRIAL_RESPONSE].as.duration.s);
	if (limits.trial && limits.trial->verified)
		return add_first_dose(args, limits.trial, out, error);
	output_unknown(data, "dose");
	output_note(out, "No verified rule for the first dose of %s after a test dose is known.",
		    drug->display);
	return ERR_NONE;
}

enum { RESTART_DRUG, RESTART_STOPPED, RESTART_OLD };

/* Never a number from a row that nobody read at its source. */
static void add_start(struct output *out, const struct drug *drug, const struct drug_limits *limits)
{
	struct cJSON *start = output_object(output_data(out), "starting_range");
	const struct drug_row *row = limits->start;
	const bool shown = row && row->verified;
	if (shown && row->start_least.ng_per_day)
		output_dose(start, "from", row->start_least, drug->unit);
	else
		output_unknown(start, "from");
	if (shown) {
		output_dose(start, "to", row->start_greatest, drug->unit);
		add_source(start, row);
	} else {
		output_unknown(start, "to");
	}
	if (row && !row->verified)
		output_warn(out, "UNVERIFIED",
			    "A starting range of %s is in the table but is unverified: it is not shown here.",
			    drug->display);
	if (limits->trial)
		output_note(out, "The label of %s starts from a test dose; see: pumpctl calc trial.",
			    drug->display);
}

static void tell_gap(const struct values *args, const struct drug_site *site, struct output *out)
{
	struct finding finding;
	struct findings list = {.at = &finding, .max = 1};
	limits_check_gap(args->at[RESTART_STOPPED].as.duration, site, &list);
	describe_findings(out, &finding, list.count);
}

static enum error_code calc_restart(struct app *app, const struct values *args, struct output *out,
				    struct error *error)
{
	static const char *const classes[] = {[WITHDRAWAL_NONE] = "none", [WITHDRAWAL_OPIOID] = "opioid",
					      [WITHDRAWAL_SEVERE] = "severe"};
	const struct value *at = args->at;
	const struct drug *drug = at[RESTART_DRUG].as.drug;
	struct cJSON *data = output_data(out);
	const struct drug_site *site;
	struct drug_limits limits;
	const enum error_code code = drug_site_use(app, &site, error);
	if (code)
		return code;
	drug_limits_find(drug, site, &limits);
	output_string(data, "drug", drug->display);
	output_seconds(data, "without_drug", at[RESTART_STOPPED].as.duration.s);
	output_string(data, "withdrawal", classes[drug->withdrawal]);
	output_string(data, "when_stopped", drug->withdrawal_text);
	if (at[RESTART_OLD].present)
		output_dose(data, "old_dose", at[RESTART_OLD].as.dose, drug->unit);
	else
		output_unknown(data, "old_dose");
	output_unknown(data, "restart_dose");
	add_start(out, drug, &limits);
	output_note(out, "No verified restart dose is known. Tolerance is lost with time; the old dose may be "
			 "far too much.");
	tell_gap(args, site, out);
	return ERR_NONE;
}

static const struct command rows[] = {
	{.words = "calc trial",
	 .summary = "the first daily dose after a test dose, where a label gives it",
	 .flags = OFFLINE,
	 .args = {[TRIAL_DRUG] = CALC_NEEDED("drug", ARG_DRUG, "DRUG", "generic name"),
		  [TRIAL_DOSE] = CALC_NEEDED("test-dose", ARG_MASS, "AMOUNT", "that worked; 50 mcg"),
		  [TRIAL_RESPONSE] = CALC_NEEDED("response", ARG_DURATION, "TIME", "how long it worked; 6h"),
		  [TRIAL_REACTION] = CALC_KEYWORD("bad-reaction", ARG_FLAG, "", "to the test dose")},
	 .example = "calc trial drug baclofen test-dose 50 mcg response 6h",
	 .run = calc_trial},
	{.words = "calc restart",
	 .summary = "what is known of starting again after a time without drug",
	 .flags = OFFLINE,
	 .args = {[RESTART_DRUG] = CALC_NEEDED("drug", ARG_DRUG, "DRUG", "generic name"),
		  [RESTART_STOPPED] = CALC_NEEDED("stopped", ARG_DURATION, "TIME", "without drug; 30h"),
		  [RESTART_OLD] = CALC_KEYWORD("old-dose", ARG_DOSE, "DOSE", "a day before that; 300 mcg/day")},
	 .example = "calc restart drug baclofen stopped 30h old-dose 300 mcg/day",
	 .run = calc_restart},
};

const struct command_group calc_start_commands = {"Calculator for a first dose", rows,
						  sizeof(rows) / sizeof(rows[0])};
