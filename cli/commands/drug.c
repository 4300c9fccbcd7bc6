/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drug list, drug show. */
#include <string.h>

#include "drug_site.h"
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

/* The limits in force. */
static void add_limits(struct cJSON *row, const struct drug *drug, const struct drug_limits *limits)
{
	const enum mass_unit unit = concentration_unit(drug);
	if (limits->least)
		output_concentration(row, "least_concentration", limits->least->least, unit);
	else
		output_unknown(row, "least_concentration");
	if (limits->greatest)
		output_concentration(row, "greatest_concentration", limits->greatest->greatest, unit);
	else
		output_unknown(row, "greatest_concentration");
	if (limits->maximum)
		output_dose(row, "daily_maximum", limits->maximum->daily_maximum, drug->unit);
	else
		output_unknown(row, "daily_maximum");
}

static bool is_verified(const struct drug_limits *limits)
{
	const struct drug_row *used[] = {limits->stocked, limits->least, limits->greatest,
					 limits->start, limits->step, limits->maximum};
	for (size_t i = 0; i < sizeof(used) / sizeof(used[0]); i++)
		if (used[i] && !used[i]->verified)
			return false;
	return true;
}

static void warn_unverified(struct output *out)
{
	output_warn(out, "UNVERIFIED",
		    "Figures that are not verified were not read at their source; check them before use.");
}

static void note_clinic(const struct app *app, struct output *out)
{
	if (drug_site_clinic(app))
		output_string(output_data(out), "rows_of_clinic", drug_site_clinic(app));
}

static enum error_code drug_list(struct app *app, const struct values *args, struct output *out,
				 struct error *error)
{
	(void)args;
	bool verified = true;
	const struct drug_site *site;
	const enum error_code code = drug_site_use(app, &site, error);
	if (code)
		return code;
	struct cJSON *list = output_array(output_data(out), "drug_table");
	for (size_t i = 0; i < drug_count(); i++) {
		const struct drug *drug = drug_at(i);
		struct drug_limits limits;
		drug_limits_find(drug, site, &limits);
		struct cJSON *row = output_object(list, NULL);
		output_string(row, "typed_as", drug->name);
		output_string(row, "shown_as", drug->display);
		add_limits(row, drug, &limits);
		output_string(row, "withdrawal", withdrawal_name(drug->withdrawal));
		output_flag(row, "verified", is_verified(&limits));
		verified = verified && is_verified(&limits);
	}
	note_clinic(app, out);
	if (!verified)
		warn_unverified(out);
	return ERR_NONE;
}

/* What a row says, one line a figure. */
struct figures {
	struct cJSON *list;
	const struct drug *drug;
	const struct drug_row *row;
};

static struct cJSON *add_figure(const struct figures *f, const char *figure,
				const struct drug_row *in_force)
{
	struct cJSON *line = output_object(f->list, NULL);
	output_string(line, "from", f->row->title);
	output_string(line, "figure", figure);
	output_flag(line, "in_force", in_force == f->row);
	output_flag(line, "verified", f->row->verified);
	return line;
}

static void add_dose(const struct figures *f, const char *figure, struct dose_rate dose,
		     const struct drug_row *in_force)
{
	if (dose.ng_per_day)
		output_dose(add_figure(f, figure, in_force), "value", dose, f->drug->unit);
}

static void add_concentration(const struct figures *f, const char *figure,
			      struct concentration concentration, const struct drug_row *in_force)
{
	if (concentration.ng_per_ml)
		output_concentration(add_figure(f, figure, in_force), "value", concentration,
				     concentration_unit(f->drug));
}

static void add_figures(const struct figures *f, const struct drug_limits *limits)
{
	const struct drug_row *row = f->row;
	for (size_t i = 0; i < DRUG_STOCKED_MAX; i++)
		add_concentration(f, "strength in stock", row->stocked[i], limits->stocked);
	add_concentration(f, "least concentration", row->least, limits->least);
	add_concentration(f, "greatest concentration", row->greatest, limits->greatest);
	add_dose(f, "first dose from", row->start_least, limits->start);
	add_dose(f, "first dose to", row->start_greatest, limits->start);
	add_dose(f, "step up to", row->step, limits->step);
	if (row->step_percent)
		output_percent(add_figure(f, "step up to", limits->step), "value", row->step_percent);
	if (row->step_interval.s)
		output_seconds(add_figure(f, "between steps at least", limits->step), "value",
			       row->step_interval.s);
	add_dose(f, "daily maximum", row->daily_maximum, limits->maximum);
}

static void add_source(struct cJSON *list, const struct drug_row *row)
{
	struct cJSON *line = output_object(list, NULL);
	output_string(line, "from", row->title);
	output_string(line, "source", row->source);
	output_string(line, "date", row->source_date);
}

static bool is_of(const struct drug_row *row, const struct drug *drug)
{
	return strcmp(row->drug, drug->name) == 0;
}

static void add_rows(struct output *out, const struct drug *drug, const struct drug_site *site,
		     const struct drug_limits *limits)
{
	struct figures f = {.list = output_array(output_data(out), "figures"), .drug = drug};
	struct cJSON *sources = output_array(output_data(out), "sources");
	for (size_t i = 0; site && i < site->count; i++) {
		f.row = &site->rows[i];
		if (is_of(f.row, drug)) {
			add_figures(&f, limits);
			add_source(sources, f.row);
		}
	}
	for (size_t i = 0; i < drug_row_count(); i++) {
		f.row = drug_row_at(i);
		if (is_of(f.row, drug)) {
			add_figures(&f, limits);
			add_source(sources, f.row);
		}
	}
}

static void add_mixing(struct output *out, const struct drug *drug)
{
	static const char *const meanings[] = {[MIXING_UNKNOWN] = "not known",
					       [MIXING_STABLE] = "stable",
					       [MIXING_AGAINST_LABEL] = "against the label"};
	struct cJSON *list = output_array(output_data(out), "in_a_mixture");
	for (size_t i = 0; i < mixing_count(); i++) {
		const struct mixing_row *row = mixing_at(i);
		const bool first = !strcmp(row->one, drug->name);
		if (!first && strcmp(row->other, drug->name) != 0)
			continue;
		const char *name = first ? row->other : row->one;
		const struct drug *other = drug_find(name, strlen(name));
		struct cJSON *line = output_object(list, NULL);
		output_string(line, "with", other ? other->display : "any other drug");
		output_string(line, "meaning", meanings[row->mixing]);
		output_string(line, "text", row->text);
		output_string(line, "source", row->source);
		output_string(line, "date", row->source_date);
	}
}

static enum error_code drug_show(struct app *app, const struct values *args, struct output *out,
				 struct error *error)
{
	static const char *const units[] = {[UNIT_NG] = "ng/day", [UNIT_MCG] = "mcg/day",
					    [UNIT_MG] = "mg/day"};
	const struct drug *drug = args->at[0].as.drug;
	struct cJSON *data = output_data(out);
	const struct drug_site *site;
	struct drug_limits limits;
	const enum error_code code = drug_site_use(app, &site, error);
	if (code)
		return code;
	drug_limits_find(drug, site, &limits);
	output_string(data, "typed_as", drug->name);
	output_string(data, "shown_as", drug->display);
	output_string(data, "doses_typed_in", units[drug->unit]);
	output_string(data, "label_status", drug->label_status);
	add_limits(data, drug, &limits);
	output_string(data, "withdrawal", withdrawal_name(drug->withdrawal));
	output_string(data, "when_stopped", drug->withdrawal_text);
	output_string(data, "source_of_that", drug->withdrawal_source);
	output_string(data, "source_date", drug->withdrawal_date);
	output_flag(data, "verified", is_verified(&limits));
	add_rows(out, drug, site, &limits);
	add_mixing(out, drug);
	note_clinic(app, out);
	if (!is_verified(&limits))
		warn_unverified(out);
	return ERR_NONE;
}

static const struct command rows[] = {
	{.words = "drug list",
	 .summary = "the drugs that can be programmed, with the limits in force",
	 .flags = OFFLINE,
	 .example = "drug list",
	 .run = drug_list},
	{.words = "drug show",
	 .summary = "one drug: limits, withdrawal, mixtures, and what each source says",
	 .flags = OFFLINE,
	 .args = {{.type = ARG_DRUG, .name = "DRUG", .help = "generic name"}},
	 .example = "drug show morphine",
	 .run = drug_show},
};

const struct command_group drug_commands = {"Drug table", rows, sizeof(rows) / sizeof(rows[0])};
