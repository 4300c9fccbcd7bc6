/* SPDX-License-Identifier: GPL-3.0-or-later */
/* catheter show, set, aspirated, revised: what the pump knows of the way to the tip. */
#include <stdio.h>
#include <string.h>

#include "act.h"
#include "catheter_words.h"
#include "findings.h"
#include "groups.h"
#include "path_bridge.h"

enum { CATHETER_LENGTH, CATHETER_CONTENTS, CATHETER_VOLUME, CATHETER_PER_CM, CATHETER_TIP };

#define UM_PER_MM 1000

static const char *const contents_choices[] = {"unknown", "fluid", "reservoir", NULL};
static const uint8_t contents_codes[] = {CONTENTS_UNKNOWN, CONTENTS_FLUID, CONTENTS_RESERVOIR};

/* What is worked out before anything is staged, and the pump's model, which the tubing belongs to. */
struct catheter_order {
	struct act act;
	const struct pump_limits *model;
};

static enum error_code volume_of(const struct value *at, struct volume *out, struct error *error)
{
	const struct length none = {0};
	bool exact;
	if (at[CATHETER_VOLUME].present == at[CATHETER_PER_CM].present)
		return error_set_at(error, ERR_USAGE, at[CATHETER_LENGTH].column,
			      "give the volume of the catheter in one way: volume 0.234 mL, or volume-per-cm 0.0026 mL/cm "
			      "from its label");
	*out = at[CATHETER_VOLUME].as.volume;
	if (at[CATHETER_PER_CM].present &&
	    catheter_volume(at[CATHETER_LENGTH].as.length, none, at[CATHETER_PER_CM].as.volume_per_length, out, &exact))
		return error_set_at(error, ERR_USAGE, at[CATHETER_PER_CM].column, "this catheter is longer than 10 m or holds more than 100 mL");
	if (out->nl < 1 || out->nl > PATH_VOLUME_MAX)
		return error_set_at(error, ERR_USAGE, at[CATHETER_VOLUME].column, "a catheter holds more than 0 mL and at most 100 mL");
	return ERR_NONE;
}

static enum error_code build(const struct value *at, struct catheter_order *order, struct error *error)
{
	struct act_catheter *catheter = &order->act.change.catheter;
	const int64_t um = at[CATHETER_LENGTH].as.length.um;
	struct volume volume = {0};
	const enum error_code code = volume_of(at, &volume, error);
	if (code)
		return code;
	if (um < UM_PER_MM || um > CATHETER_UM_MAX || um % UM_PER_MM)
		return error_set_at(error, ERR_USAGE, at[CATHETER_LENGTH].column, "the implanted length is whole millimetres, at least 0.1 cm and at most "
							   "1,000 cm");
	if (at[CATHETER_TIP].present && strlen(at[CATHETER_TIP].as.text) > TIP_MAX)
		return error_set_at(error, ERR_USAGE, at[CATHETER_TIP].column, "the level of the tip has at most 8 characters, such as T9");
	catheter->length_mm = (uint16_t)(um / UM_PER_MM);
	catheter->volume_nl = (uint32_t)(volume.nl + order->model->tubing.nl);
	catheter->contents = contents_codes[at[CATHETER_CONTENTS].as.choice];
	if (at[CATHETER_TIP].present)
		(void)snprintf(catheter->tip, sizeof(catheter->tip), "%s", at[CATHETER_TIP].as.text);
	return ERR_NONE;
}

static void show(void *ctx, struct output *out, const struct change *understood, struct act_words *words)
{
	const struct catheter_order *order = ctx;
	const struct act_catheter *catheter = &understood->catheter;
	const struct catheter_facts facts = {
		.length_mm = catheter->length_mm,
		.to_tip = {catheter->volume_nl},
		.tip = catheter->tip,
		.contents = catheter->contents,
	};
	char length[CATHETER_LENGTH_TEXT_MAX], volume[DECIMAL_TEXT_MAX];
	if (catheter->what == CATHETER_ASPIRATED) {
		catheter_words_add_contents(output_data(out), catheter->contents);
		(void)snprintf(words->text, sizeof(words->text), "catheter aspirated");
		(void)snprintf(words->ordered, sizeof(words->ordered), "the catheter holds no drug");
		return;
	}
	catheter_words_add(output_data(out), &facts, order->model);
	catheter_words_length(catheter->length_mm, length);
	(void)volume_print(facts.to_tip, volume);
	(void)snprintf(words->text, sizeof(words->text), "catheter %s %s %.40s %s",
		       catheter->what == CATHETER_REVISED ? "revised" : "set", length, volume,
		       catheter_words_choice(catheter->contents));
	(void)snprintf(words->ordered, sizeof(words->ordered), "catheter %s, %.40s to the tip", length, volume);
}

static void tell_done(void *ctx, struct output *out, const struct msg_status *now)
{
	(void)ctx;
	(void)now;
	output_note(out, "The pump took the catheter data. To read them: pumpctl catheter show");
}

static enum error_code catheter_show(struct app *app, const struct values *args, struct output *out,
				     struct error *error)
{
	struct msg_care care;
	(void)args;
	const enum error_code code = session_read_care(app->session, &care, error);
	if (code)
		return code;
	if (!care.catheter_nl) {
		output_unknown(output_data(out), "volume_to_tip");
		output_note(out, "The pump was never told of a catheter: pumpctl catheter set");
		return ERR_NONE;
	}
	const struct catheter_facts facts = {.length_mm = care.catheter_length_mm,
					     .to_tip = {care.catheter_nl},
					     .tip = care.tip,
					     .contents = care.contents};
	catheter_words_add(output_data(out), &facts, pump_limits_find(session_pump(app->session)->model));
	output_seconds(output_data(out), "told_ago", (int64_t)care.catheter_ago_s);
	return ERR_NONE;
}

static enum error_code carry_out(struct app *app, const struct values *args, struct output *out,
				 enum catheter_act what, struct error *error)
{
	struct catheter_order order = {.act = {.kind = ORDER_CATHETER, .show = show, .tell = tell_done},
				       .model = pump_limits_find(session_pump(app->session)->model)};
	enum error_code code = ERR_NONE;
	order.act.ctx = &order;
	order.act.change.parts = PART_CATHETER;
	order.act.change.catheter = (struct act_catheter){.what = (uint8_t)what, .contents = CONTENTS_FLUID};
	(void)snprintf(order.act.unchanged, sizeof(order.act.unchanged), "catheter data as before");
	if (!order.model)
		return error_set(error, ERR_REFUSED_ACT, "%s", rule_at(RULE_MODEL_UNKNOWN)->text);
	if (what != CATHETER_ASPIRATED)
		code = build(args->at, &order, error);
	return code ? code : act_carry_out(app, out, &order.act, error);
}

static enum error_code catheter_set(struct app *app, const struct values *args, struct output *out,
				    struct error *error)
{
	return carry_out(app, args, out, CATHETER_SET, error);
}

static enum error_code catheter_aspirated(struct app *app, const struct values *args, struct output *out,
					  struct error *error)
{
	return carry_out(app, args, out, CATHETER_ASPIRATED, error);
}

static enum error_code catheter_revised(struct app *app, const struct values *args, struct output *out,
					struct error *error)
{
	return carry_out(app, args, out, CATHETER_REVISED, error);
}

#define CATHETER_ARGS                                                                              \
	{[CATHETER_LENGTH] = {.type = ARG_LENGTH, .name = "LENGTH", .help = "implanted, after trimming, such as 90 cm"}, \
	 [CATHETER_CONTENTS] = {.type = ARG_CHOICE, .name = "CONTENTS", .keyword = "holds", .required = true, \
				.choices = contents_choices,                                       \
				.help = "unknown, fluid (the body's own, no drug) or reservoir (what the pump is filled with)"}, \
	 [CATHETER_VOLUME] = {.type = ARG_VOLUME, .name = "VOLUME", .keyword = "volume",           \
			      .help = "of the catheter alone, such as 0.234 mL"},                  \
	 [CATHETER_PER_CM] = {.type = ARG_VOLUME_PER_LENGTH, .name = "VOLUME", .keyword = "volume-per-cm", \
			      .help = "from its label instead, such as 0.0026 mL/cm"},             \
	 [CATHETER_TIP] = {.type = ARG_NAME, .name = "LEVEL", .keyword = "tip", .help = "level of the tip, such as T9"}}

static const struct command rows[] = {
	{.words = "catheter show",
	 .summary = "length, volume, tip and contents of the catheter as the pump knows them",
	 .flags = NEEDS_LINK,
	 .example = "catheter show",
	 .run = catheter_show},
	{.words = "catheter set",
	 .summary = "tell the pump length, volume, tip and contents of the catheter",
	 .flags = NEEDS_LINK | CHANGES_THERAPY,
	 .right = RIGHT_CATHETER,
	 .args = CATHETER_ARGS,
	 .example = "catheter set 90 cm volume-per-cm 0.0026 mL/cm tip T9 holds fluid",
	 .run = catheter_set},
	{.words = "catheter aspirated",
	 .summary = "tell the pump that the catheter was aspirated through its port and holds no drug",
	 .flags = NEEDS_LINK | CHANGES_THERAPY,
	 .right = RIGHT_CATHETER,
	 .example = "catheter aspirated",
	 .run = catheter_aspirated},
	{.words = "catheter revised",
	 .summary = "tell the pump of another catheter, or of one that was cut",
	 .flags = NEEDS_LINK | CHANGES_THERAPY,
	 .right = RIGHT_CATHETER,
	 .args = CATHETER_ARGS,
	 .example = "catheter revised 70 cm volume 0.182 mL holds unknown",
	 .run = catheter_revised},
};

const struct command_group catheter_commands = {"Catheter", rows, sizeof(rows) / sizeof(rows[0])};
