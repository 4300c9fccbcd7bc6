/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bolus single, prime, stop. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act.h"
#include "bolus_words.h"
#include "describe.h"
#include "drug_site.h"
#include "groups.h"
#include "limits_bolus.h"
#include "order_words.h"
#include "refusal.h"
#include "schedule.h"

enum { SINGLE_DRUG, SINGLE_DOSE, SINGLE_OVER };
enum { PRIME_VOLUME, PRIME_OVER };

/* What is looked at before a bolus is staged; on the heap, for a program is too large for the stack. */
struct bolus {
	struct act act;
	struct msg_status status;
	struct msg_care care;
	struct client_program read;
	struct bolus_request request;
	struct program_totals totals;
	struct finding findings[FINDINGS_MAX];
	size_t count;
};

/* A bolus runs beside the program alone. */
static enum error_code check_idle(const struct msg_status *status, struct error *error)
{
	if (status->therapy != THERAPY_RUNNING)
		return error_set(error, ERR_REFUSED_ACT, "therapy is %s, and a bolus runs only beside a program",
				 therapy_state_name(status->therapy));
	if (status->bridge_left_nl)
		return error_set(error, ERR_REFUSED_ACT,
				 "a bridge runs: a bolus would bring the drug before to the patient; wait for its end");
	if (status->bolus && status->bolus != BOLUS_KIND_PERIODIC)
		return error_set(error, ERR_REFUSED_ACT, "a %s bolus runs now; wait for its end, or stop it: pumpctl bolus stop",
				 bolus_kind_words(status->bolus));
	return ERR_NONE;
}

static enum error_code read_pump(struct app *app, struct bolus *bolus, struct error *error)
{
	enum error_code code = session_read_status(app->session, &bolus->status, error);
	if (!code)
		code = session_read_care(app->session, &bolus->care, error);
	if (!code)
		code = session_read_program(app->session, &bolus->read, error);
	if (!code)
		code = drug_site_use(app, &bolus->request.site, error);
	if (code)
		return code;
	bolus->request.program = &bolus->read.program;
	bolus->request.given.nl = bolus->care.boluses_24h_nl > INT64_MAX ? INT64_MAX : (int64_t)bolus->care.boluses_24h_nl;
	bolus->request.model = pump_limits_find(session_pump(app->session)->model);
	if (!bolus->request.model)
		return error_set(error, ERR_REFUSED_ACT, "%s", rule_at(RULE_MODEL_UNKNOWN)->text);
	if (!bolus->read.present)
		return error_set(error, ERR_REFUSED_ACT, "the pump has no program that the bolus could return to");
	if (program_totals(&bolus->read.program, bolus->request.model, &bolus->totals))
		return error_set(error, ERR_REFUSED_ACT, "%s", rule_at(RULE_NOT_COMPUTABLE)->text);
	return check_idle(&bolus->status, error);
}

/* What the motor can do, and so much can be delivered before the reservoir is empty. */
static enum error_code check_volume(const struct bolus *bolus, const struct value *value, struct error *error)
{
	const struct pump_limits *model = bolus->request.model;
	const int64_t left = (int64_t)bolus->status.reservoir_nl - model->residual.nl;
	if (bolus->request.volume.nl < model->stroke.nl)
		return error_set_at(error, ERR_REFUSED_ACT, value->column, "this is less than one stroke of the pump, which could not deliver it");
	return bolus->request.volume.nl <= left
		       ? ERR_NONE
		       : error_set_at(error, ERR_REFUSED_ACT, value->column, "the reservoir holds less than this bolus that can be delivered");
}

static enum error_code choose_duration(struct bolus *bolus, const struct value *over, const struct value *value,
				       struct error *error)
{
	struct bolus_request *request = &bolus->request;
	if (over->present) {
		request->duration = over->as.duration;
		return request->duration.s > 0 && request->duration.s <= SECONDS_PER_DAY
			       ? ERR_NONE
			       : error_set_at(error, ERR_USAGE, over->column, "a bolus takes more than 0 s and at most a day");
	}
	return bolus_least_duration(request->program, request->model, request->volume, &request->duration)
		       ? error_set_at(error, ERR_REFUSED_ACT, value->column, "%s", rule_at(RULE_BOLUS_RATE)->text)
		       : ERR_NONE;
}

/* What a rule refuses goes out only with a reason, and then two must sign. */
static enum error_code check_rules(struct app *app, struct output *out, struct bolus *bolus,
				   const struct value *value, struct error *error)
{
	bolus->count = limits_check_bolus(&bolus->request, bolus->findings);
	describe_findings(out, bolus->findings, bolus->count);
	if (!findings_refuse(bolus->findings, bolus->count))
		return ERR_NONE;
	if (!refusal_is_overridden(app, bolus->findings, bolus->count))
		return refusal_tell(ERR_REFUSED_ACT, bolus->findings, value, error);
	act_add_reason(app, &bolus->act.change);
	return ERR_NONE;
}

/* The worst 24 h of the program with this bolus and those that were given before it. */
static void add_day(struct cJSON *row, const struct bolus *bolus, struct volume volume, size_t part)
{
	const struct mixture *mixture = &bolus->read.program.mixture;
	struct mass mass;
	if (__builtin_add_overflow(volume.nl, bolus->request.given.nl, &volume.nl) ||
	    mass_in_volume(volume, mixture->parts[part].concentration, ROUND_UP, &mass) ||
	    __builtin_add_overflow(mass.ng, bolus->totals.worst[part].ng_per_day, &mass.ng))
		output_unknown(row, "worst_24_h_with_it");
	else
		output_mass(row, "worst_24_h_with_it", mass, mixture_unit(mixture, part));
}

/* What a volume of the mixture holds, and what the patient then gets in the worst 24 h. */
static void add_drugs(struct cJSON *data, const char *key, const struct bolus *bolus, struct volume volume)
{
	const struct mixture *mixture = &bolus->read.program.mixture;
	struct cJSON *list = output_array(data, key);
	for (size_t i = 0; i < mixture->count; i++) {
		char name[DESCRIBE_NAME_MAX];
		struct mass mass;
		struct cJSON *row = output_object(list, NULL);
		describe_drug(mixture, i, name);
		output_peer(row, "drug", name, strlen(name));
		if (mass_in_volume(volume, mixture->parts[i].concentration, ROUND_UP, &mass))
			output_unknown(row, "amount");
		else
			output_mass(row, "amount", mass, mixture_unit(mixture, i));
		add_day(row, bolus, volume, i);
	}
}

/* As the pump worked it out. */
static void add_flow(struct cJSON *data, const struct msg_staged *staged)
{
	output_volume(data, "volume", (struct volume){(int64_t)staged->bolus_nl});
	output_seconds(data, "takes", staged->bolus_s);
	output_rate(data, "rate_beside_the_program", (struct volume_rate){(int64_t)staged->bolus_nl_per_day});
	output_rounded(data, "rate_beside_the_program", "rounded down");
}

static void show_single(void *ctx, struct output *out, const struct change *understood, struct act_words *words)
{
	const struct bolus *bolus = ctx;
	const struct mixture *mixture = &bolus->read.program.mixture;
	const struct mass dose = {(int64_t)understood->bolus.amount};
	struct cJSON *data = output_data(out);
	char name[DESCRIBE_NAME_MAX], text[DECIMAL_TEXT_MAX];
	describe_drug(mixture, 0, name);
	output_peer(data, "drug", name, strlen(name));
	output_mass(data, "dose", dose, mixture_unit(mixture, 0));
	add_flow(data, words->staged);
	output_volume(data, "given_in_the_last_24_h", bolus->request.given);
	if (bolus->request.given.nl && bolus->care.filled_nl && bolus->care.filled_ago_s < SECONDS_PER_DAY)
		output_warn(out, "FILLED_SINCE",
			    "The reservoir was filled in the last 24 h: boluses before that count here at the concentration that runs now, "
			    "whatever they were. Look at them: pumpctl log pull, then pumpctl log show");
	add_drugs(data, "carries", bolus, (struct volume){(int64_t)words->staged->bolus_nl});
	output_note(out, "The worst 24 h count this bolus, every patient bolus, and whole what single and priming boluses gave in the last "
			 "24 h, at the concentrations that run now. The program goes on beside the bolus and after it.");
	(void)mass_print(dose, mixture_unit(mixture, 0), text);
	(void)snprintf(words->text, sizeof(words->text), "bolus %s %s", mixture->parts[0].name, text);
	(void)snprintf(words->ordered, sizeof(words->ordered), "a bolus of %.30s %.40s beside the program",
		       mixture->parts[0].name, text);
}

/* Single dose of the primary drug; the concentration in the pump decides the volume. */
static enum error_code plan_single(struct bolus *bolus, const struct value *at, struct error *error)
{
	const struct mixture_part *primary = &bolus->read.program.mixture.parts[0];
	struct volume_rate volume;
	if (strcmp(at[SINGLE_DRUG].as.drug->name, primary->name))
		return error_set_at(error, ERR_REFUSED_ACT, at[SINGLE_DRUG].column,
				 "this is not the drug that the program is dosed by; nothing else can be given as a bolus");
	if (rate_from_dose((struct dose_rate){at[SINGLE_DOSE].as.mass.ng}, primary->concentration, &volume) ||
	    volume.nl_per_day < 1 || volume.nl_per_day > SCHEDULE_MAX)
		return error_set_at(error, ERR_REFUSED_ACT, at[SINGLE_DOSE].column,
				 "at the concentration in the pump this dose is no volume that it can deliver");
	bolus->request.volume.nl = volume.nl_per_day;
	bolus->act.change.bolus.amount = (uint64_t)at[SINGLE_DOSE].as.mass.ng;
	return ERR_NONE;
}

static void tell(void *ctx, struct output *out, const struct msg_status *now)
{
	char left[DECIMAL_TEXT_MAX];
	(void)ctx;
	if (!now->bolus) {
		output_note(out, "Pump now reports no bolus.");
		return;
	}
	(void)volume_display((struct volume){(int64_t)now->bolus_left_nl}, left);
	output_note(out, "Pump now reports a %s bolus, %s left. Stop it with: pumpctl bolus stop",
		    bolus_kind_words(now->bolus), left);
}

/* What the line typed does not say. Strings only: the trail holds no number that could lose a digit. */
static struct cJSON *audit_details(const struct bolus *bolus)
{
	char text[DECIMAL_TEXT_MAX];
	struct cJSON *details = cJSON_CreateObject();
	(void)duration_print(bolus->request.duration, text);
	output_string(details, "over", text);
	refusal_note_rules(details, bolus->findings, bolus->count);
	(void)volume_print(bolus->request.volume, text);
	output_string(details, "volume", text);
	return details;
}

static enum error_code carry_out(struct app *app, struct output *out, struct bolus *bolus, const struct value *amount,
				 const struct value *over, struct error *error)
{
	struct act *act = &bolus->act;
	enum error_code code = check_volume(bolus, amount, error);
	if (!code)
		code = choose_duration(bolus, over, amount, error);
	if (!code)
		code = check_rules(app, out, bolus, amount, error);
	if (code)
		return code;
	struct cJSON *details = audit_details(bolus);
	act->details = details;
	act->kind = ORDER_BOLUS;
	act->change.parts |= PART_BOLUS;
	act->change.bolus.seconds = (uint32_t)bolus->request.duration.s;
	act->tell = tell;
	act->ctx = bolus;
	(void)snprintf(act->unchanged, sizeof(act->unchanged), "no bolus, the program alone");
	code = act_carry_out(app, out, act, error);
	cJSON_Delete(details);
	return code;
}

static enum error_code single(struct app *app, const struct values *args, struct output *out, struct error *error)
{
	struct bolus *bolus = calloc(1, sizeof(*bolus));
	if (!bolus)
		return error_set(error, ERR_FAILED, "out of memory");
	enum error_code code = read_pump(app, bolus, error);
	if (!code)
		code = plan_single(bolus, args->at, error);
	if (!code) {
		bolus->act.change.bolus.what = BOLUS_SINGLE;
		bolus->act.show = show_single;
		code = carry_out(app, out, bolus, &args->at[SINGLE_DOSE], &args->at[SINGLE_OVER], error);
	}
	free(bolus);
	return code;
}

static const char *catheter_words(const struct bolus *bolus)
{
	if (!bolus->care.catheter_nl || bolus->care.contents == CONTENTS_UNKNOWN)
		return "The pump was not told what the catheter holds: the prime brings the patient nothing if it is empty, all of "
		       "it if it holds drug.";
	if (bolus->care.contents == CONTENTS_RESERVOIR)
		return "The catheter holds drug: the prime brings all of it to the patient at once.";
	return "The catheter was said to hold no drug. The most counts the tubing as full of drug and all as moved on that can "
	       "have been delivered since.";
}

static void show_prime(void *ctx, struct output *out, const struct change *understood, struct act_words *words)
{
	const struct bolus *bolus = ctx;
	const struct volume volume = {(int64_t)understood->bolus.amount};
	struct cJSON *data = output_data(out);
	char text[DECIMAL_TEXT_MAX];
	add_flow(data, words->staged);
	output_volume(data, "reaches_the_patient_at_least", bolus->request.least_at_tip);
	output_volume(data, "reaches_the_patient_at_most", bolus->request.most_at_tip);
	add_drugs(data, "at_most", bolus, bolus->request.most_at_tip);
	output_note(out, "%s", catheter_words(bolus));
	(void)volume_print(volume, text);
	(void)snprintf(words->text, sizeof(words->text), "bolus prime %s", text);
	(void)snprintf(words->ordered, sizeof(words->ordered), "a prime of %s beside the program", text);
}

/* The most that can have been delivered since the catheter was told of: by the fill if that is as old, and by the clock. */
static struct volume moved_since(const struct bolus *bolus)
{
	const struct msg_care *care = &bolus->care;
	const struct volume none = {INT64_MAX};
	struct volume fastest = none;
	if (volume_from_rate(bolus->request.model->greatest, (struct duration){(int64_t)care->catheter_ago_s}, ROUND_UP, &fastest))
		fastest = none;
	if (!care->filled_nl || care->filled_ago_s < care->catheter_ago_s || care->filled_nl < bolus->status.reservoir_nl)
		return fastest;
	const int64_t since_fill = (int64_t)(care->filled_nl - bolus->status.reservoir_nl);
	return since_fill < fastest.nl ? (struct volume){since_fill} : fastest;
}

static void plan_prime(struct bolus *bolus, struct volume volume)
{
	struct bolus_request *request = &bolus->request;
	const struct volume to_tip = {bolus->care.catheter_nl};
	request->volume = volume;
	request->primes = true;
	if (to_tip.nl && bolus->care.contents == CONTENTS_FLUID) {
		bolus_prime_at_tip(volume, to_tip, request->model->tubing, moved_since(bolus), &request->least_at_tip,
				   &request->most_at_tip);
		return;
	}
	request->most_at_tip = volume;
	if (to_tip.nl && bolus->care.contents == CONTENTS_RESERVOIR)
		request->least_at_tip = volume;
}

static enum error_code prime(struct app *app, const struct values *args, struct output *out, struct error *error)
{
	const struct value *volume = &args->at[PRIME_VOLUME];
	struct bolus *bolus = calloc(1, sizeof(*bolus));
	if (!bolus)
		return error_set(error, ERR_FAILED, "out of memory");
	enum error_code code = read_pump(app, bolus, error);
	if (!code && (volume->as.volume.nl < 1 || volume->as.volume.nl > SCHEDULE_MAX))
		code = error_set_at(error, ERR_USAGE, volume->column, "a prime is more than 0 mL and at most what the pump holds");
	if (!code) {
		plan_prime(bolus, volume->as.volume);
		bolus->act.change.bolus = (struct act_bolus){.what = BOLUS_PRIMING, .amount = (uint64_t)volume->as.volume.nl};
		bolus->act.show = show_prime;
		code = carry_out(app, out, bolus, volume, &args->at[PRIME_OVER], error);
	}
	free(bolus);
	return code;
}

static void show_stop(void *ctx, struct output *out, const struct change *understood, struct act_words *words)
{
	(void)ctx;
	(void)understood;
	output_note(out, "A bolus that was stopped is never resumed; what was delivered of it is in the pump's log. Everything else "
			 "stays as it is.");
	(void)snprintf(words->text, sizeof(words->text), "bolus stop");
	(void)snprintf(words->ordered, sizeof(words->ordered), "no bolus, everything else as before");
}

/* Gets safe: it goes out whatever can be read before. */
static enum error_code stop(struct app *app, const struct values *args, struct output *out, struct error *error)
{
	struct act act = {.kind = ORDER_BOLUS_STOP, .stops_bolus = true, .show = show_stop, .tell = tell};
	struct msg_status status;
	(void)args;
	act.change = (struct change){.parts = PART_BOLUS, .bolus = {.what = BOLUS_STOP}};
	if (session_read_status(app->session, &status, NULL))
		(void)snprintf(act.unchanged, sizeof(act.unchanged), "whether a bolus runs is not known");
	else if (status.bolus)
		(void)snprintf(act.unchanged, sizeof(act.unchanged), "a %s bolus runs", bolus_kind_words(status.bolus));
	else
		(void)snprintf(act.unchanged, sizeof(act.unchanged), "no bolus, the program alone");
	return act_carry_out(app, out, &act, error);
}

#define OVER_ARG                                                                                   \
	{.type = ARG_DURATION, .name = "TIME", .keyword = "over",                                  \
	 .help = "that it takes; default: the shortest whole minutes that the pump can do beside its program"}

static const struct command rows[] = {
	{.words = "bolus single",
	 .summary = "give one dose of the pump's drug beside the program",
	 .flags = NEEDS_LINK | CHANGES_THERAPY,
	 .right = RIGHT_BOLUS,
	 .args = {[SINGLE_DRUG] = {.type = ARG_DRUG, .name = "DRUG", .help = "that the program is dosed by"},
		  [SINGLE_DOSE] = {.type = ARG_MASS, .name = "DOSE", .help = "of it, such as 25 mcg"},
		  [SINGLE_OVER] = OVER_ARG},
	 .example = "bolus single baclofen 25 mcg over 10min",
	 .run = single},
	{.words = "bolus prime",
	 .summary = "fill the line fast, before the patient depends on it",
	 .flags = NEEDS_LINK | CHANGES_THERAPY,
	 .right = RIGHT_BOLUS,
	 .args = {[PRIME_VOLUME] = {.type = ARG_VOLUME, .name = "VOLUME", .help = "such as 0.234 mL"},
		  [PRIME_OVER] = OVER_ARG},
	 .example = "bolus prime 0.234 mL",
	 .run = prime},
	{.words = "bolus stop",
	 .summary = "end the bolus that runs; gets safe, whatever else is open",
	 .flags = NEEDS_LINK | CHANGES_THERAPY | GETS_SAFE,
	 .example = "bolus stop",
	 .run = stop},
};

const struct command_group bolus_commands = {"Boluses", rows, sizeof(rows) / sizeof(rows[0])};
