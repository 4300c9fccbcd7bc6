/* SPDX-License-Identifier: GPL-3.0-or-later */
/* program show, check, diff, apply. */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "drug_site.h"
#include "groups.h"
#include "order.h"
#include "order_words.h"

enum { ARG_OF_DRUG, ARG_OF_DOSE, ARG_OF_CONCENTRATION, ARG_OF_LOW_ALARM, ARG_OF_FILL, ARG_OF_WITHOUT,
       ARG_OF_LAST_CHANGE, ARG_OF_EACH, ARG_OF_EVERY, ARG_OF_OVER };

/* A changed dose of this factor or more needs a step of its own (hundredths). */
#define FACTOR_STEP INT64_C(500)

/* Everything that a command of this group looks at. */
struct proposal {
	struct client_program running;
	struct program program;
	struct finding findings[FINDINGS_MAX];
	size_t count;
};

static enum error_code refuse_at(struct error *error, enum error_code code, const struct value *value,
				 const char *detail)
{
	(void)error_set(error, code, "%s", detail);
	if (error)
		error->column = value->column;
	return code;
}

/*
 * What was typed on top of what runs: other parts of the mixture, concentration, alarm and patient bolus stay;
 * steps, periodic doses and a bridge of another mode do not.
 */
static enum error_code build(const struct values *args, const struct client_program *running,
			     struct program *out, struct error *error)
{
	const struct drug *drug = args->at[ARG_OF_DRUG].as.drug;
	const struct value *concentration = &args->at[ARG_OF_CONCENTRATION];
	const struct value *low_alarm = &args->at[ARG_OF_LOW_ALARM];
	const bool same = running->present && !strcmp(running->program.mixture.parts[0].name, drug->name);
	memset(out, 0, sizeof(*out));
	if (!same && !concentration->present)
		return refuse_at(error, ERR_USAGE, &args->at[ARG_OF_DRUG],
				 "the pump runs no program with this drug, so its concentration is needed, as in: "
				 "concentration 10 mg/mL");
	if (!running->present && !low_alarm->present)
		return refuse_at(error, ERR_USAGE, &args->at[ARG_OF_DRUG],
				 "the pump has no program yet, so the low alarm is needed, as in: low-alarm 2 mL");
	if (same) {
		out->mixture = running->program.mixture;
		out->patient = running->program.patient;
	}
	out->mode = PROGRAM_SIMPLE;
	out->dose = args->at[ARG_OF_DOSE].as.dose;
	out->low_alarm = low_alarm->present ? low_alarm->as.volume : running->program.low_alarm;
	if (!same) {
		out->mixture.count = 1;
		(void)snprintf(out->mixture.parts[0].name, sizeof(out->mixture.parts[0].name), "%s",
			       drug->name);
	}
	if (concentration->present)
		out->mixture.parts[0].concentration = concentration->as.concentration;
	return ERR_NONE;
}

/* "each 60 mcg every 12h over 10min": periodic doses on the daily dose as their base. */
static enum error_code add_periodic(const struct values *args, struct program *program,
				    struct error *error)
{
	const struct value *each = &args->at[ARG_OF_EACH], *every = &args->at[ARG_OF_EVERY],
			   *over = &args->at[ARG_OF_OVER];
	if (!each->present && !every->present && !over->present)
		return ERR_NONE;
	if (!each->present || !every->present || !over->present)
		return refuse_at(error, ERR_USAGE, &args->at[ARG_OF_DOSE],
				 "a periodic dose needs each, every and over, as in: each 50 mcg every 12h over 10min");
	program->mode = PROGRAM_PERIODIC;
	program->periodic = (struct program_periodic){.dose = each->as.mass,
						      .duration = over->as.duration,
						      .interval = every->as.duration,
						      .base = program->dose};
	program->dose = (struct dose_rate){0};
	return program_is_valid(program)
		       ? ERR_NONE
		       : refuse_at(error, ERR_NOT_COMPUTABLE, every,
				   "the interval is 1 min to 7 d in whole minutes, and no shorter than the dose takes");
}

/* What was typed that a rule is about; the dose where it is about several things. */
static const struct value *refused_value(const char *rule, const struct values *args)
{
	static const struct {
		const char *rule;
		size_t argument;
	} rows[] = {{"L-mixture-changed", ARG_OF_CONCENTRATION},
		    {"L-concentration-range", ARG_OF_CONCENTRATION},
		    {"L-mixture-changed", ARG_OF_DRUG},
		    {"L-concentration-range", ARG_OF_DRUG},
		    {"L-alarm-range", ARG_OF_LOW_ALARM},
		    {"L-fill-capacity", ARG_OF_FILL},
		    {"L-restart-gap", ARG_OF_WITHOUT},
		    {"L-interval-short", ARG_OF_EVERY}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcmp(rule, rows[i].rule) && args->at[rows[i].argument].present)
			return &args->at[rows[i].argument];
	return &args->at[ARG_OF_DOSE];
}

static enum error_code refuse_findings(const struct proposal *p, const struct values *args,
				       struct error *error)
{
	const struct finding *worst = &p->findings[0];
	char detail[500];
	int used = snprintf(detail, sizeof(detail), "%s: %.240s", worst->rule, worst->text);
	if (worst->severity == SEVERITY_OVERRIDE)
		used += snprintf(detail + used, sizeof(detail) - (size_t)used,
				 " With a reason and a second person it can be ordered: --reason TEXT");
	/* The message ends with a full stop of its own. */
	while (used > 0 && detail[used - 1] == '.')
		detail[--used] = '\0';
	if (worst->value[0])
		(void)snprintf(detail + used, sizeof(detail) - (size_t)used, ". Found: %s%s%s", worst->value,
			       worst->limit[0] ? "; limit: " : "", worst->limit);
	return refuse_at(error, ERR_REFUSED_LIMIT, refused_value(worst->rule, args), detail);
}

/* Reads the pump, builds what was typed, checks it. Findings are in data whatever they say. */
static enum error_code propose(struct app *app, const struct values *args, struct output *out,
			       struct proposal *p, struct error *error)
{
	struct msg_status status;
	enum error_code code = session_read_status(app->session, &status, error);
	if (!code)
		code = session_read_program(app->session, &p->running, error);
	if (!code)
		code = build(args, &p->running, &p->program, error);
	if (!code)
		code = add_periodic(args, &p->program, error);
	if (code)
		return code;
	struct limits_request request = {
		.program = &p->program,
		.running = p->running.present ? &p->running.program : NULL,
		.is_idle = status.therapy != THERAPY_RUNNING,
		.model = pump_limits_find(session_pump(app->session)->model),
		.has_since_change = args->at[ARG_OF_LAST_CHANGE].present,
		.since_change = args->at[ARG_OF_LAST_CHANGE].as.duration,
		.without_drug = args->at[ARG_OF_WITHOUT].as.duration,
		.has_fill = args->at[ARG_OF_FILL].present,
		.fill = args->at[ARG_OF_FILL].as.volume,
	};
	code = drug_site_use(app, &request.site, error);
	if (code)
		return code;
	p->count = limits_check(&request, p->findings);
	describe_findings(out, p->findings, p->count);
	return ERR_NONE;
}

static const struct program *running_of(const struct proposal *p)
{
	return p->running.present ? &p->running.program : NULL;
}

/* Runs body with a proposal on the heap: client_program is too large for the stack. */
static enum error_code with_proposal(struct app *app, const struct values *args, struct output *out,
				     struct error *error,
				     enum error_code (*body)(struct app *app, const struct values *args,
							     struct output *out, struct proposal *p,
							     struct error *error))
{
	struct proposal *p = calloc(1, sizeof(*p));
	if (!p)
		return error_set(error, ERR_FAILED, "out of memory");
	enum error_code code = propose(app, args, out, p, error);
	if (!code)
		code = body(app, args, out, p, error);
	free(p);
	return code;
}

static enum error_code check_body(struct app *app, const struct values *args, struct output *out,
				  struct proposal *p, struct error *error)
{
	(void)app;
	if (findings_refuse(p->findings, p->count))
		return refuse_findings(p, args, error);
	output_note(out, "No rule refuses this program. Nothing was sent.");
	return ERR_NONE;
}

static enum error_code diff_body(struct app *app, const struct values *args, struct output *out,
				 struct proposal *p, struct error *error)
{
	(void)app;
	describe_plan(out, running_of(p), &p->program);
	if (findings_refuse(p->findings, p->count))
		return refuse_findings(p, args, error);
	output_note(out, "Nothing was sent.");
	return ERR_NONE;
}

static void describe_dose(const struct program *program, char *buf, size_t size)
{
	char name[DESCRIBE_NAME_MAX], dose[DECIMAL_TEXT_MAX];
	if (!program) {
		(void)snprintf(buf, size, "no program");
		return;
	}
	describe_drug(&program->mixture, 0, name);
	(void)dose_rate_display(program->dose, mixture_unit(&program->mixture, 0), dose);
	(void)snprintf(buf, size, "%s %s", name, dose);
}

/* "higher 6.25 times": hundredths, rounded down. False: less than five-fold, or not to compare. */
static bool factor_text(const struct program *running, const struct program *next, char *buf,
			size_t size)
{
	int64_t product = 0;
	if (!running || strcmp(running->mixture.parts[0].name, next->mixture.parts[0].name))
		return false;
	const int64_t a = running->dose.ng_per_day, b = next->dose.ng_per_day;
	const int64_t low = a < b ? a : b, high = a < b ? b : a;
	char number[DECIMAL_TEXT_MAX];
	if (low < 1 || __builtin_mul_overflow(high, INT64_C(100), &product) || product / low < FACTOR_STEP)
		return false;
	(void)decimal_print(product / low, 100, number);
	(void)snprintf(buf, size, "%s %s times", b > a ? "higher" : "lower", number);
	return true;
}

static void plan_steps(const char *serial, const struct program *running, const struct program *next,
		       struct order_steps *steps)
{
	char dose[DECIMAL_TEXT_MAX], factor[64];
	(void)dose_rate_print(next->dose, mixture_unit(&next->mixture, 0), dose);
	(void)snprintf(steps->steps[0].text, CONFIRM_TEXT_MAX, "%s %s %s", serial,
		       next->mixture.parts[0].name, dose);
	steps->steps[0].why = "";
	steps->count = 1;
	if (factor_text(running, next, factor, sizeof(factor))) {
		(void)snprintf(steps->steps[1].text, CONFIRM_TEXT_MAX, "%s %s", serial, factor);
		steps->steps[1].why = "The dose changes five-fold or more; this needs a second line.";
		steps->count = 2;
	}
	describe_dose(running, steps->unchanged, sizeof(steps->unchanged));
	describe_dose(next, steps->ordered, sizeof(steps->ordered));
}

/* Strings only: the trail holds decimal text and no number that could lose a digit. */
static struct cJSON *audit_details(const struct proposal *p, const struct order_steps *steps)
{
	char rules[400] = "", text[DECIMAL_TEXT_MAX];
	struct cJSON *details = cJSON_CreateObject();
	for (size_t i = 0; i < p->count; i++) {
		const size_t used = strlen(rules);
		(void)snprintf(rules + used, sizeof(rules) - used, "%s%s", used ? "," : "",
			       p->findings[i].rule);
	}
	output_string(details, "before", steps->unchanged);
	(void)concentration_print(p->program.mixture.parts[0].concentration,
				  describe_concentration_unit(&p->program.mixture, 0), text);
	output_string(details, "concentration", text);
	(void)dose_rate_print(p->program.dose, mixture_unit(&p->program.mixture, 0), text);
	output_string(details, "dose", text);
	output_string(details, "drug", p->program.mixture.parts[0].name);
	(void)volume_print(p->program.low_alarm, text);
	output_string(details, "low-alarm", text);
	output_string(details, "rules", rules);
	if (steps->count > 1)
		output_string(details, "second-step", steps->steps[1].text);
	return details;
}

/* The same bytes in the pump. */
static bool is_same_program(const struct program *a, const struct program *b)
{
	uint8_t left[DIGEST_LEN], right[DIGEST_LEN];
	return !client_program_digest(a, left) && !client_program_digest(b, right) &&
	       !memcmp(left, right, DIGEST_LEN);
}

/* What a reason and a second person may override; a BLOCK never. */
static bool is_overridden(const struct app *app, const struct proposal *p)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->findings[i].severity == SEVERITY_BLOCK)
			return false;
	return app->options.reason && findings_refuse(p->findings, p->count);
}

static enum error_code stage_program(struct app *app, struct proposal *p, struct msg_staged *staged,
				     struct order_steps *steps, struct error *error)
{
	static const uint8_t none[DIGEST_LEN];
	uint8_t image[IMAGE_MAX];
	struct program same;
	struct change change = {.parts = PART_IMAGE, .image = image};
	if (client_program_image(&p->program, image, &change.image_len))
		return error_set(error, ERR_REFUSED_LIMIT, "the program cannot be sent as it is");
	if (is_overridden(app, p)) {
		change.parts |= PART_REASON;
		(void)snprintf(change.reason, sizeof(change.reason), "%s", app->options.reason);
	}
	const enum error_code code =
		session_stage_change(app->session, ORDER_PROGRAM, &change, &p->program,
				     p->running.present ? p->running.digest : none, staged, error);
	same = p->running.program;
	same.low_alarm = p->program.low_alarm;
	steps->need = (struct sign_need){.parts = change.parts, .second = staged->second, .program = &p->program};
	steps->need.only_alarms = p->running.present && is_same_program(&same, &p->program);
	return code;
}

static enum error_code apply_body(struct app *app, const struct values *args, struct output *out,
				  struct proposal *p, struct error *error)
{
	struct msg_staged *staged = calloc(1, sizeof(*staged));
	struct order_steps *steps = calloc(1, sizeof(*steps));
	struct program understood;
	enum error_code code = ERR_NONE;
	if (!staged || !steps)
		code = error_set(error, ERR_FAILED, "out of memory");
	else if (findings_refuse(p->findings, p->count) && !is_overridden(app, p))
		code = refuse_findings(p, args, error);
	else
		code = stage_program(app, p, staged, steps, error);
	if (!code && !describe_staged_program(staged, &understood))
		code = error_set(error, ERR_STAGE_DIFFERS, "the pump did not say what it understood");
	if (!code) {
		describe_comparison(out, running_of(p), staged);
		output_hex(output_data(out), "stage_digest", staged->stage_digest, DIGEST_LEN);
		plan_steps(session_pump(app->session)->serial, running_of(p), &understood, steps);
		struct cJSON *details = audit_details(p, steps);
		if (is_overridden(app, p))
			output_string(details, "reason", app->options.reason);
		code = order_carry_out(app, out, staged, steps, details, error);
		cJSON_Delete(details);
		if (!code && !app->options.dry_run)
			order_read_back(app, out);
	}
	free(staged);
	free(steps);
	return code;
}

static enum error_code program_check(struct app *app, const struct values *args, struct output *out,
				     struct error *error)
{
	return with_proposal(app, args, out, error, check_body);
}

static enum error_code program_diff(struct app *app, const struct values *args, struct output *out,
				    struct error *error)
{
	return with_proposal(app, args, out, error, diff_body);
}

static enum error_code program_apply(struct app *app, const struct values *args, struct output *out,
				     struct error *error)
{
	return with_proposal(app, args, out, error, apply_body);
}

static enum error_code program_show(struct app *app, const struct values *args, struct output *out,
				    struct error *error)
{
	(void)args;
	struct client_program *read = calloc(1, sizeof(*read));
	struct msg_status status;
	if (!read)
		return error_set(error, ERR_FAILED, "out of memory");
	enum error_code code = session_read_status(app->session, &status, error);
	if (!code)
		code = session_read_program(app->session, read, error);
	if (!code) {
		struct cJSON *data = output_data(out);
		output_string(data, "therapy", therapy_state_name(status.therapy));
		output_flag(data, "has_program", read->present);
		if (read->present) {
			output_hex(data, "digest", read->digest, DIGEST_LEN);
			describe_program(data, &read->program);
		} else {
			output_note(out, "The pump has no program.");
		}
	}
	free(read);
	return code;
}

#define PROGRAM_ARGS                                                                               \
		[ARG_OF_DRUG] = {.type = ARG_DRUG, .name = "DRUG",                                 \
				 .help = "generic name; see: pumpctl drug list"},                  \
		[ARG_OF_DOSE] = {.type = ARG_DOSE, .name = "DOSE",                                 \
				 .help = "dose of the day with its unit, such as 1.2 mg/day"},     \
		[ARG_OF_CONCENTRATION] = {.type = ARG_CONCENTRATION, .name = "CONCENTRATION",      \
					  .keyword = "concentration",                              \
					  .help = "such as 10 mg/mL; default: as the pump runs it"}, \
		[ARG_OF_LOW_ALARM] = {.type = ARG_VOLUME, .name = "VOLUME",                        \
				      .keyword = "low-alarm",                                      \
				      .help = "such as 2 mL; default: as the pump has it"},        \
		[ARG_OF_FILL] = {.type = ARG_VOLUME, .name = "VOLUME", .keyword = "fill",          \
				 .help = "what is filled at this visit, such as 18.5 mL"},         \
		[ARG_OF_WITHOUT] = {.type = ARG_DURATION, .name = "TIME", .keyword = "without-drug", \
				    .help = "how long the patient was without drug, such as 30h"},  \
		[ARG_OF_LAST_CHANGE] = {.type = ARG_DURATION, .name = "TIME", .keyword = "last-change", \
					.help = "how long ago the dose was changed, such as 2d"}

static const struct command rows[] = {
	{.words = "program show",
	 .summary = "the program that the pump runs",
	 .flags = NEEDS_LINK,
	 .example = "program show",
	 .run = program_show},
	{.words = "program check",
	 .summary = "check a program against drug table, pump and running program",
	 .flags = NEEDS_LINK,
	 .args = {PROGRAM_ARGS,
		  [ARG_OF_EACH] = {.type = ARG_MASS, .name = "AMOUNT", .keyword = "each",
				   .help = "of a periodic dose, such as 50 mcg; DOSE is then its base"},
		  [ARG_OF_EVERY] = {.type = ARG_DURATION, .name = "TIME", .keyword = "every",
				    .help = "from one periodic dose to the next, such as 12h"},
		  [ARG_OF_OVER] = {.type = ARG_DURATION, .name = "TIME", .keyword = "over",
				   .help = "that a periodic dose takes, such as 10min"}},
	 .example = "program check morphine 1.2 mg/day",
	 .run = program_check},
	{.words = "program diff",
	 .summary = "show a program beside the running one",
	 .flags = NEEDS_LINK,
	 .args = {PROGRAM_ARGS},
	 .example = "program diff morphine 1.2 mg/day",
	 .run = program_diff},
	{.words = "program apply",
	 .summary = "check, show, confirm, write and read back a program",
	 .flags = NEEDS_LINK | CHANGES_THERAPY,
	 .right = RIGHT_ALARMS, /* a nurse may change those; sign_obtain looks at the rest */
	 .args = {PROGRAM_ARGS},
	 .example = "program apply morphine 1.2 mg/day",
	 .run = program_apply},
};

const struct command_group program_commands = {"Program", rows, sizeof(rows) / sizeof(rows[0])};
