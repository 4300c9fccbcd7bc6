/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "program_order.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "order.h"
#include "refusal.h"

/* A changed dose of this factor or more needs a step of its own (hundredths). */
#define FACTOR_STEP INT64_C(500)

/* What was staged, as the pump understood it, and what follows; too large for the stack. */
struct staged_order {
	struct msg_staged staged;
	struct order_steps steps;
	struct change acts; /* as the pump understood them */
	struct program understood;
	struct program_amounts amounts; /* the pump's */
	struct program_amounts now;     /* of what runs */
	struct program with_alarm;      /* what runs, with the alarm that was typed */
};

/* Daily dose of the primary drug: as programmed, else the greatest in any 24 h. */
static struct dose_rate daily_of(const struct program *program, const struct program_amounts *amounts)
{
	return program->mode == PROGRAM_SIMPLE ? program->dose : amounts->daily[0];
}

/* At the minimum rate and stopped there is none to compare with. */
static bool has_dose(const struct program *program)
{
	return program->mode != PROGRAM_MINIMUM && program->mode != PROGRAM_STOPPED;
}

/* "morphine 1.2 mg/day", "baclofen flex 225 mcg/day", "baclofen stopped". */
static void main_text(const struct program *program, const struct program_amounts *amounts, char *buf,
		      size_t size)
{
	static const char *const modes[] = {[PROGRAM_SIMPLE] = "",
					    [PROGRAM_FLEX] = " flex",
					    [PROGRAM_PERIODIC] = " periodic",
					    [PROGRAM_MINIMUM] = " minimum",
					    [PROGRAM_STOPPED] = " stopped"};
	char dose[DECIMAL_TEXT_MAX] = "";
	if (has_dose(program))
		(void)dose_rate_print(daily_of(program, amounts), mixture_unit(&program->mixture, 0), dose);
	(void)snprintf(buf, size, "%s%s%s%s", program->mixture.parts[0].name, modes[program->mode],
		       dose[0] ? " " : "", dose);
}

/* "higher 6.25 times": hundredths, rounded down. False: less than five-fold, or not to compare. */
static bool factor_text(const struct staged_order *order, const struct program *running, char *buf,
			size_t size)
{
	const struct program *next = &order->understood;
	int64_t product = 0;
	if (!running || !has_dose(running) || !has_dose(next) ||
	    strcmp(running->mixture.parts[0].name, next->mixture.parts[0].name) != 0)
		return false;
	const int64_t a = daily_of(running, &order->now).ng_per_day;
	const int64_t b = daily_of(next, &order->amounts).ng_per_day;
	const int64_t low = a < b ? a : b, high = a < b ? b : a;
	char number[DECIMAL_TEXT_MAX];
	if (low < 1 || __builtin_mul_overflow(high, INT64_C(100), &product) || product / low < FACTOR_STEP)
		return false;
	(void)decimal_print(product / low, 100, number);
	(void)snprintf(buf, size, "%s %s times", b > a ? "higher" : "lower", number);
	return true;
}

/* "mixture morphine 20 mg/mL clonidine 200 mcg/mL bridge 0.4 mL": every drug of a changed mixture. */
static void mixture_text(const struct program *next, char *buf, size_t size)
{
	size_t used = (size_t)snprintf(buf, size, "mixture");
	char text[DECIMAL_TEXT_MAX];
	for (size_t i = 0; i < next->mixture.count && used < size; i++) {
		(void)concentration_print(next->mixture.parts[i].concentration,
					  describe_concentration_unit(&next->mixture, i), text);
		used += (size_t)snprintf(buf + used, size - used, " %s %s", next->mixture.parts[i].name, text);
	}
	if (used >= size)
		return;
	(void)volume_print(next->bridge.volume, text);
	if (next->bridge.kind == BRIDGE_RUNS)
		(void)snprintf(buf + used, size - used, " bridge %s", text);
	else
		(void)snprintf(buf + used, size - used, " no bridge");
}

/* True if the patient can take more, or it faster, than before. */
static bool patient_gets_more(const struct program *running, const struct program *next)
{
	const struct program_patient_bolus *was = &running->patient, *is = &next->patient;
	return !was->present || strcmp(running->mixture.parts[0].name, next->mixture.parts[0].name) != 0 ||
	       is->dose.ng > was->dose.ng || is->most > was->most || is->lockout.s < was->lockout.s ||
	       is->duration.s < was->duration.s;
}

static void patient_text(const struct program *next, char *buf, size_t size)
{
	char dose[DECIMAL_TEXT_MAX], lockout[DECIMAL_TEXT_MAX];
	(void)mass_print(next->patient.dose, mixture_unit(&next->mixture, 0), dose);
	(void)duration_print(next->patient.lockout, lockout);
	(void)snprintf(buf, size, "patient-bolus %s lockout %s most %" PRId64, dose, lockout, next->patient.most);
}

static void add_step(struct order_steps *steps, const char *serial, const char *text, const char *why)
{
	struct confirm_step *step = &steps->steps[steps->count++];
	(void)snprintf(step->text, sizeof(step->text), "%s %.340s", serial, text);
	step->why = why;
}

/* What a person types of the program that the pump understood. */
static void add_program_steps(const char *serial, const struct program *running, struct staged_order *order)
{
	char text[CONFIRM_TEXT_MAX];
	struct order_steps *steps = &order->steps;
	const struct program *next = &order->understood;
	main_text(next, &order->amounts, text, sizeof(text));
	add_step(steps, serial, text, "");
	if (running && !mixture_equal(&running->mixture, &next->mixture)) {
		mixture_text(next, text, sizeof(text));
		add_step(steps, serial, text,
			 "The drugs or their concentrations change; this needs a line of its own.");
	}
	if (factor_text(order, running, text, sizeof(text)))
		add_step(steps, serial, text, "The dose changes five-fold or more; this needs a second line.");
	if (next->patient.present && (!running || patient_gets_more(running, next))) {
		patient_text(next, text, sizeof(text));
		add_step(steps, serial, text,
			 "The patient can take more than before; this needs a line of its own.");
	}
}

/* "morphine 1 mg per day at 10 mg per mL, the reservoir counted as before": enough to tell either state from the other. */
static void tell_state(const struct program *program, bool with_strength, const char *reservoir, char *buf, size_t size)
{
	char strength[DECIMAL_TEXT_MAX], is[DESCRIBE_SHORT_MAX];
	describe_short(program, is);
	if (program)
		(void)concentration_display(program->mixture.parts[0].concentration,
					    describe_concentration_unit(&program->mixture, 0), strength);
	const bool tells_strength = program && with_strength;
	(void)snprintf(buf, size, "%.*s%s%.24s%s%.32s", tells_strength || reservoir[0] ? 60 : DESCRIBE_SHORT_MAX, is,
		       tells_strength ? " at " : "", tells_strength ? strength : "", reservoir[0] ? ", " : "", reservoir);
}

/* The act first: it is what the order is called after. */
static void plan_steps(const char *serial, const struct program *running, const struct act *act,
		       struct output *out, struct staged_order *order)
{
	struct act_words words = {.staged = &order->staged};
	const bool with_strength = running && !mixture_equal(&running->mixture, &order->understood.mixture);
	order->steps.count = 0;
	if (act) {
		act->show(act->ctx, out, &order->acts, &words);
		add_step(&order->steps, serial, words.text, "");
		order->steps.need.act = order->steps.steps[0].text + strlen(serial) + 1;
	}
	add_program_steps(serial, running, order);
	tell_state(running, with_strength, act ? act->unchanged : "", order->steps.unchanged, sizeof(order->steps.unchanged));
	tell_state(&order->understood, with_strength, words.ordered, order->steps.ordered, sizeof(order->steps.ordered));
}

/* Strings only: the trail holds decimal text and no number that could lose a digit. */
static struct cJSON *audit_details(const struct program_plan *plan, const struct act *act,
				   const struct staged_order *order)
{
	static const char *const keys[] = {"second-step", "third-step", "fourth-step", "fifth-step"};
	char text[DECIMAL_TEXT_MAX];
	const struct mixture *mixture = &order->understood.mixture;
	struct cJSON *details = act ? cJSON_Duplicate(act->details, true) : cJSON_CreateObject();
	output_string(details, "before", order->steps.unchanged);
	(void)concentration_print(mixture->parts[0].concentration, describe_concentration_unit(mixture, 0), text);
	output_string(details, "concentration", text);
	(void)dose_rate_print(daily_of(&order->understood, &order->amounts), mixture_unit(mixture, 0), text);
	output_string(details, "dose", text);
	output_string(details, "drug", mixture->parts[0].name);
	(void)volume_print(order->understood.low_alarm, text);
	output_string(details, "low-alarm", text);
	output_string(details, "mode", describe_mode(order->understood.mode));
	refusal_note_rules(details, plan->findings, plan->count);
	for (size_t i = 1; i < order->steps.count; i++)
		output_string(details, keys[i - 1], order->steps.steps[i].text);
	return details;
}

/* The same bytes in the pump. */
static bool is_same_program(const struct program *a, const struct program *b)
{
	uint8_t left[DIGEST_LEN], right[DIGEST_LEN];
	return !client_program_digest(a, left) && !client_program_digest(b, right) &&
	       !memcmp(left, right, DIGEST_LEN);
}

static enum error_code read_staged(const struct act *act, struct staged_order *order, struct error *error)
{
	if (!staged_program_read(&order->staged, &order->understood, &order->amounts) ||
	    (act && change_decode(order->staged.acts, order->staged.acts_len, &order->acts)))
		return error_set(error, ERR_STAGE_DIFFERS, "the pump did not say what it understood");
	return ERR_NONE;
}

static enum error_code stage(struct app *app, const struct program_plan *plan, const struct act *act,
			     struct staged_order *order, struct error *error)
{
	static const uint8_t none[DIGEST_LEN];
	uint8_t image[IMAGE_MAX];
	struct change change = {0};
	if (act)
		change = act->change;
	change.parts |= PART_IMAGE;
	change.image = image;
	if (client_program_image(&plan->program, image, &change.image_len))
		return error_set(error, ERR_REFUSED_LIMIT, "the program cannot be sent as it is");
	if (refusal_is_overridden(app, plan->findings, plan->count))
		act_add_reason(app, &change);
	const enum error_code code =
		session_stage_change(app->session, act ? act->kind : ORDER_PROGRAM, &change, &plan->program,
				     plan->running.present ? plan->running.digest : none, &order->staged, error);
	if (code)
		return code;
	order->steps.need = (struct sign_need){
		.parts = change.parts, .second = order->staged.second, .program = &plan->program};
	return read_staged(act, order, error);
}

/* Of the image nothing but its alarm differs: a nurse may order that. */
static bool changes_alarm_alone(const struct program_plan *plan, struct staged_order *order)
{
	if (!plan->running.present)
		return false;
	order->with_alarm = plan->running.program;
	order->with_alarm.low_alarm = plan->program.low_alarm;
	return is_same_program(&order->with_alarm, &plan->program);
}

static void show(struct output *out, const struct program_plan *plan, struct staged_order *order)
{
	struct program_view view = program_plan_view(plan);
	view.next = &order->understood;
	view.amounts = &order->amounts;
	program_screen_compare(out, &view);
	program_screen_amounts(out, &view);
	program_screen_notes(out, &view);
	output_hex(output_data(out), "stage_digest", order->staged.stage_digest, DIGEST_LEN);
	if (view.running && !program_amounts_plan(view.running, plan->model, &order->now))
		memset(&order->now, 0, sizeof(order->now));
}

static enum error_code carry_out(struct app *app, struct output *out, const struct program_plan *plan,
				 const struct act *act, struct staged_order *order, struct error *error)
{
	show(out, plan, order);
	plan_steps(session_pump(app->session)->serial, program_plan_running(plan), act, out, order);
	struct cJSON *details = audit_details(plan, act, order);
	if (refusal_is_overridden(app, plan->findings, plan->count))
		output_string(details, "reason", app->options.reason);
	const enum error_code code =
		order_carry_out(app, out, &order->staged, &order->steps, details, error);
	cJSON_Delete(details);
	if (!code && !app->options.dry_run && order_read_back(app, out) && act)
		act_read_again(app, out, act);
	return code;
}

enum error_code program_order_carry_out(struct app *app, struct output *out, const struct program_plan *plan,
					const struct act *act, struct error *error)
{
	struct staged_order *order = calloc(1, sizeof(*order));
	if (!order)
		return error_set(error, ERR_FAILED, "out of memory");
	enum error_code code = stage(app, plan, act, order, error);
	if (!code) {
		order->steps.need.only_alarms = changes_alarm_alone(plan, order);
		code = carry_out(app, out, plan, act, order, error);
	}
	free(order);
	return code;
}
