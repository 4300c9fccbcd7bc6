/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drug list, drug show. */
#include "groups.h"
#include "output.h"

static const char *withdrawal_name(enum withdrawal_class withdrawal)
{
	static const char *const names[] = {[WITHDRAWAL_NONE] = "none",
					    [WITHDRAWAL_OPIOID] = "opioid",
					    [WITHDRAWAL_SEVERE] = "severe"};
	return names[withdrawal];
}

static enum mass_unit concentration_unit(const struct drug *drug)
{
	return drug->unit == UNIT_MG ? UNIT_MG : UNIT_MCG;
}

/* A figure of 0 means: none is known. */
static void add_limits(struct cJSON *row, const struct drug *drug)
{
	if (drug->least.ng_per_ml)
		output_concentration(row, "least_concentration", drug->least, concentration_unit(drug));
	else
		output_unknown(row, "least_concentration");
	if (drug->greatest.ng_per_ml)
		output_concentration(row, "greatest_concentration", drug->greatest,
				     concentration_unit(drug));
	else
		output_unknown(row, "greatest_concentration");
	if (drug->daily_maximum.ng_per_day)
		output_dose(row, "daily_maximum", drug->daily_maximum, drug->unit);
	else
		output_unknown(row, "daily_maximum");
}

static void warn_unverified(struct output *out)
{
	output_warn(out, "UNVERIFIED",
		    "Figures that are not verified were not read at their source; check them before use.");
}

static enum error_code drug_list(struct app *app, const struct values *args, struct output *out,
				 struct error *error)
{
	(void)app;
	(void)args;
	(void)error;
	bool verified = true;
	struct cJSON *list = output_array(output_data(out), "drug_table");
	for (size_t i = 0; i < drug_count(); i++) {
		const struct drug *drug = drug_at(i);
		struct cJSON *row = output_object(list, NULL);
		output_string(row, "typed_as", drug->name);
		output_string(row, "shown_as", drug->display);
		add_limits(row, drug);
		output_string(row, "withdrawal", withdrawal_name(drug->withdrawal));
		output_flag(row, "verified", drug->verified);
		verified = verified && drug->verified;
	}
	if (!verified)
		warn_unverified(out);
	return ERR_NONE;
}

static enum error_code drug_show(struct app *app, const struct values *args, struct output *out,
				 struct error *error)
{
	(void)app;
	(void)error;
	static const char *const units[] = {[UNIT_NG] = "ng/day", [UNIT_MCG] = "mcg/day",
					    [UNIT_MG] = "mg/day"};
	const struct drug *drug = args->at[0].as.drug;
	struct cJSON *data = output_data(out);
	output_string(data, "typed_as", drug->name);
	output_string(data, "shown_as", drug->display);
	output_string(data, "doses_typed_in", units[drug->unit]);
	add_limits(data, drug);
	output_string(data, "withdrawal", withdrawal_name(drug->withdrawal));
	output_string(data, "when_stopped", drug->withdrawal_text);
	output_string(data, "source", drug->source);
	output_string(data, "source_date", drug->source_date);
	output_flag(data, "verified", drug->verified);
	if (!drug->verified)
		warn_unverified(out);
	return ERR_NONE;
}

static const struct command rows[] = {
	{.words = "drug list",
	 .summary = "the drugs that can be programmed, with their limits",
	 .flags = OFFLINE,
	 .example = "drug list",
	 .run = drug_list},
	{.words = "drug show",
	 .summary = "one drug with limits, withdrawal and source",
	 .flags = OFFLINE,
	 .args = {{.type = ARG_DRUG, .name = "DRUG", .help = "generic name"}},
	 .example = "drug show morphine",
	 .run = drug_show},
};

const struct command_group drug_commands = {"Drug table", rows, sizeof(rows) / sizeof(rows[0])};
