/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calc catheter, prime, bridge: the way of the drug from the pump to the tip. No pump, no state. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "calc_common.h"
#include "describe.h"
#include "groups.h"
#include "path_ahead.h"
#include "path_bridge.h"

#define TIME_MAX 64

static void add_scaled(struct cJSON *parent, const char *key, int64_t value, int64_t scale,
		       const char *ucum, const char *unit)
{
	char number[DECIMAL_TEXT_MAX];
	struct cJSON *quantity = output_object(parent, key);
	(void)decimal_print(value, scale, number);
	output_string(quantity, "value", number);
	output_string(quantity, "unit", ucum);
	output_format(quantity, "display", "%s %s", number, unit);
}

/* "14 min (843 s)", "24 h", "96 h (4 days)": the unit in which bridges are written. */
static void time_text(int64_t s, char buf[TIME_MAX])
{
	const bool is_short = s < 2 * 3600;
	const int64_t tenth = is_short ? 6 : 360, tenths = s / tenth, days = s / 8640;
	char number[DECIMAL_TEXT_MAX];
	(void)decimal_print(tenths, 10, number);
	const int used = snprintf(buf, TIME_MAX, "%s %s", number, is_short ? "min" : "h");
	if (used < 0)
		return;
	char *rest = buf + used;
	const size_t room = TIME_MAX - (size_t)used;
	if (s % tenth)
		(void)snprintf(rest, room, " (%" PRId64 " s)", s);
	if (s % tenth || s < 2 * SECONDS_PER_DAY || s % 8640)
		return;
	(void)decimal_print(days, 10, number);
	(void)snprintf(rest, room, " (%s days)", number);
}

/* The time in which volume passes at rate, rounded up by path_time. */
static void add_time(struct cJSON *parent, const char *key, struct duration time,
		     struct volume volume, struct volume_rate rate)
{
	struct volume passed = {0};
	char number[DECIMAL_TEXT_MAX], text[TIME_MAX];
	struct cJSON *quantity = output_object(parent, key);
	(void)decimal_print(time.s, 1, number);
	time_text(time.s, text);
	output_string(quantity, "value", number);
	output_string(quantity, "unit", "s");
	output_string(quantity, "display", text);
	calc_mark(parent, key, volume_from_rate(rate, time, ROUND_UP, &passed) == PUMP_OK &&
				  passed.nl == volume.nl, CALC_UP);
}

enum { CATHETER_LENGTH, CATHETER_TRIMMED, CATHETER_PER_LENGTH };

static enum error_code calc_catheter(struct app *app, const struct values *args, struct output *out,
				     struct error *error)
{
	(void)app;
	const struct value *at = args->at;
	const struct length full = at[CATHETER_LENGTH].as.length;
	const struct length trimmed = at[CATHETER_TRIMMED].as.length;
	struct volume volume;
	bool exact;
	if (catheter_volume(full, trimmed, at[CATHETER_PER_LENGTH].as.volume_per_length, &volume, &exact))
		return calc_refuse(error, &at[CATHETER_LENGTH],
				      "no catheter is left after trimming, it is longer than 10 m, or it "
				      "holds nothing or more than 100 mL");
	struct cJSON *data = output_data(out);
	add_scaled(data, "length", full.um, UM_PER_CM, "cm", "cm");
	add_scaled(data, "trimmed", trimmed.um, UM_PER_CM, "cm", "cm");
	add_scaled(data, "implanted_length", full.um - trimmed.um, UM_PER_CM, "cm", "cm");
	add_scaled(data, "volume_per_cm", at[CATHETER_PER_LENGTH].as.volume_per_length.nl_per_cm,
		   NL_PER_ML, "mL/cm", "mL per cm");
	output_volume(data, "volume", volume);
	calc_mark(data, "volume", exact, CALC_DOWN);
	return ERR_NONE;
}

enum { PRIME_VOLUME, PRIME_RATE, PRIME_WITH, PRIME_HOLDS, PRIME_EMPTY };

/* What volume of a preparation holds of its drug. False: too much to be counted. */
static bool add_content(struct cJSON *data, const char *key, struct volume volume,
			const struct value *preparation)
{
	const struct preparation *typed = &preparation->as.preparation;
	struct mass least, most;
	if (mass_in_volume(volume, typed->strength.concentration, ROUND_DOWN, &least) ||
	    mass_in_volume(volume, typed->strength.concentration, ROUND_UP, &most))
		return false;
	output_mass(data, key, most, typed->drug->unit);
	calc_mark(data, key, typed->strength.is_exact && least.ng == most.ng, CALC_UP);
	return true;
}

/* What the prime drives into the patient; without a word about it, that is not known. */
static bool add_delivered(const struct values *args, struct output *out)
{
	const struct value *at = args->at;
	struct cJSON *data = output_data(out);
	if (at[PRIME_HOLDS].present) {
		output_string(data, "holds", at[PRIME_HOLDS].as.preparation.drug->display);
		return add_content(data, "delivered", at[PRIME_VOLUME].as.volume, &at[PRIME_HOLDS]);
	}
	if (at[PRIME_EMPTY].present) {
		output_string(data, "holds", "no drug");
		output_mass(data, "delivered", (struct mass){0},
			    at[PRIME_WITH].present ? at[PRIME_WITH].as.preparation.drug->unit : UNIT_MCG);
		return true;
	}
	output_unknown(data, "holds");
	output_unknown(data, "delivered");
	output_note(out, "What the catheter holds was not stated, so what the prime delivers is not known: "
			 "nothing if it is empty, everything in it if it holds drug. State it with holds "
			 "PREPARATION, or with empty.");
	return true;
}

static void tell_prime(const struct values *args, struct output *out)
{
	struct finding findings[3];
	struct findings list = {.at = findings, .max = 3};
	if (args->at[PRIME_HOLDS].present)
		volume_display(args->at[PRIME_VOLUME].as.volume,
			       findings_add(&list, RULE_PRIME_DELIVERS)->value);
	(void)findings_add(&list, RULE_PRIME_MIXING);
	(void)findings_add(&list, RULE_BOLUS_NOT_RESUMED);
	describe_findings(out, findings, list.count);
}

static enum error_code calc_prime(struct app *app, const struct values *args, struct output *out,
				  struct error *error)
{
	(void)app;
	const struct value *at = args->at;
	const struct volume volume = at[PRIME_VOLUME].as.volume;
	const struct volume_rate rate = at[PRIME_RATE].as.rate;
	struct duration time;
	if (at[PRIME_HOLDS].present && at[PRIME_EMPTY].present)
		return error_set(error, ERR_USAGE, "holds and empty contradict each other; give one of them");
	if (volume.nl < 1 || volume.nl > 2 * PATH_VOLUME_MAX)
		return calc_refuse(error, &at[PRIME_VOLUME], "a prime has more than 0 mL and at most 200 mL");
	if (path_time(volume, rate, &time))
		return calc_refuse(error, &at[PRIME_RATE], "at this rate the prime never ends");
	struct cJSON *data = output_data(out);
	output_volume(data, "volume", volume);
	output_rate(data, "rate", rate);
	add_time(data, "duration", time, volume, rate);
	if ((at[PRIME_WITH].present && !add_content(data, "carries", volume, &at[PRIME_WITH])) ||
	    !add_delivered(args, out))
		return calc_refuse(error, &at[PRIME_VOLUME], "the amount of drug is too large to be counted");
	tell_prime(args, out);
	return ERR_NONE;
}

enum { BRIDGE_VOLUME, BRIDGE_OLD, BRIDGE_NEW = BRIDGE_OLD + MIXTURE_MAX, BRIDGE_DOSE, BRIDGE_NEW_DOSE,
       BRIDGE_STATED };

/* A dose is typed in the one unit its drug is typed in: no second spelling of the same dose. */
static enum error_code check_unit(const struct value *dose, const struct drug *drug,
				  struct error *error)
{
	char text[DECIMAL_TEXT_MAX];
	if (!dose->present || dose->unit == drug->unit)
		return ERR_NONE;
	(void)dose_rate_print(dose->as.dose, drug->unit, text);
	return error_set_at(error, ERR_BAD_QUANTITY, dose->column,
			    "DOSE: this drug is dosed in another unit; type it as: %s", text);
}

/* The words that a bridge needs and their relations, before anything is counted. */
static enum error_code check_bridge(const struct value *at, struct error *error)
{
	const struct drug *old = at[BRIDGE_OLD].as.preparation.drug;
	const struct drug *new = at[BRIDGE_NEW].as.preparation.drug;
	enum error_code code = check_unit(&at[BRIDGE_DOSE], old, error);
	if (!code)
		code = check_unit(&at[BRIDGE_STATED], old, error);
	if (!code)
		code = check_unit(&at[BRIDGE_NEW_DOSE], new, error);
	if (code)
		return code;
	if (!at[BRIDGE_NEW_DOSE].present && old != new)
		return error_set(error, ERR_USAGE,
				 "the new drug is another one: give its dose with new-dose DOSE");
	if (!at[BRIDGE_NEW_DOSE].present && !at[BRIDGE_DOSE].present)
		return error_set(error, ERR_USAGE, "give the dose after the bridge with new-dose DOSE");
	if (at[BRIDGE_STATED].present && at[BRIDGE_DOSE].as.dose.ng_per_day)
		return error_set(error, ERR_USAGE,
				 "a bridge goes on with the old dose; bridge-dose is for an old dose that is "
				 "0 or not known");
	return ERR_NONE;
}

static void old_mixture(const struct value *at, struct mixture *mixture)
{
	*mixture = (struct mixture){0};
	for (size_t i = BRIDGE_OLD; i < BRIDGE_NEW; i++) {
		if (!at[i].present)
			continue;
		const struct preparation *typed = &at[i].as.preparation;
		struct mixture_part *part = &mixture->parts[mixture->count++];
		memcpy(part->name, typed->drug->name, strlen(typed->drug->name) + 1);
		part->concentration = typed->strength.concentration;
	}
}

static enum error_code plan(const struct value *at, struct bridge_request *request,
			    struct bridge *bridge, struct error *error)
{
	const struct dose_rate dose = at[BRIDGE_DOSE].as.dose;
	request->state = !at[BRIDGE_DOSE].present ? BRIDGE_OLD_UNKNOWN
			 : dose.ng_per_day        ? BRIDGE_OLD_RUNNING
						  : BRIDGE_OLD_ZERO;
	request->stated = at[BRIDGE_STATED].as.dose;
	if (rate_from_dose(dose, request->old->parts[0].concentration, &request->old_rate))
		return calc_refuse(error, &at[BRIDGE_DOSE], "the rate is too large to be counted");
	switch (bridge_plan(request, bridge)) {
	case PUMP_OK:
		return ERR_NONE;
	case PUMP_ESTATE:
		return calc_refuse(error, &at[BRIDGE_DOSE],
				      "the old program delivers nothing, or its dose is not known: state the old "
				      "drug's dose during the bridge with bridge-dose DOSE, or aspirate the line "
				      "and prime it");
	case PUMP_EAGAIN:
	case PUMP_EBUSY:
	case PUMP_ESHORT:
	case PUMP_EFORM:
	case PUMP_ERANGE:
	case PUMP_EUNKNOWN:
	case PUMP_ESEQ:
	case PUMP_ETIME:
	case PUMP_EAUTH:
	case PUMP_EPEER:
	case PUMP_EMISMATCH:
		break;
	}
	return calc_refuse(error, &at[BRIDGE_VOLUME],
			      "the volume is 0 or over 200 mL, or the rate is below 1 nL per day");
}

static void add_doses(struct cJSON *parent, const struct value *at,
		      const struct dose_rate daily[MIXTURE_MAX], struct volume_rate rate)
{
	struct cJSON *list = output_array(parent, "total_per_day");
	size_t part = 0;
	for (size_t i = BRIDGE_OLD; i < BRIDGE_NEW; i++) {
		if (!at[i].present)
			continue;
		const struct preparation *typed = &at[i].as.preparation;
		struct dose_rate least = {0};
		struct cJSON *row = output_object(list, NULL);
		const bool known = dose_from_rate(rate, typed->strength.concentration, ROUND_DOWN,
						  &least) == PUMP_OK;
		output_string(row, "drug", typed->drug->display);
		output_dose(row, "dose", daily[part], typed->drug->unit);
		calc_mark(row, "dose", known && least.ng_per_day == daily[part].ng_per_day, CALC_UP);
		part++;
	}
}

static void tell_omitted(struct output *out, const struct value *at,
			 const struct bridge_omitted *omitted)
{
	const struct drug *drug = at[BRIDGE_OLD].as.preparation.drug;
	const char *than = at[BRIDGE_STATED].present ? "the bridge's" : "the old";
	char dose[DECIMAL_TEXT_MAX], times[DECIMAL_TEXT_MAX], time[TIME_MAX];
	(void)dose_rate_display(omitted->daily[0], drug->unit, dose);
	time_text(omitted->duration.s, time);
	if (omitted->ratio < 10000) {
		(void)decimal_print(omitted->ratio / 10, 10, times);
		output_note(out, "Without the bridge the patient gets %s of %s, %s %% of %s dose, for %s; %s.",
			    dose, drug->display, times, than, time, drug->withdrawal_text);
	} else if (omitted->ratio > 10000) {
		(void)snprintf(times, sizeof(times), "%" PRId64 ".%" PRId64, omitted->ratio / 10000,
			       omitted->ratio / 1000 % 10);
		output_note(out, "Without the bridge the patient gets %s of %s, %s times %s dose, for %s: "
				 "an overdose.", dose, drug->display, times, than, time);
	}
}

static enum error_code add_omitted(const struct value *at, const struct bridge_request *request,
				   const struct bridge *bridge, struct output *out, struct error *error)
{
	const struct value *dose = &at[at[BRIDGE_NEW_DOSE].present ? BRIDGE_NEW_DOSE : BRIDGE_DOSE];
	const struct concentration new = at[BRIDGE_NEW].as.preparation.strength.concentration;
	struct cJSON *data = output_data(out);
	struct bridge_omitted omitted;
	struct volume_rate rate;
	struct dose_rate back = {0};
	if (rate_from_dose(dose->as.dose, new, &rate) ||
	    bridge_omit(request, bridge, rate, &omitted))
		return calc_refuse(error, dose, "the new dose is 0 or its rate cannot be counted");
	output_rate(data, "new_rate", rate);
	calc_mark(data, "new_rate", dose_from_rate(rate, new, ROUND_DOWN, &back) == PUMP_OK &&
				       back.ng_per_day == dose->as.dose.ng_per_day, CALC_DOWN);
	struct cJSON *effect = output_object(data, "if_omitted");
	add_doses(effect, at, omitted.daily, rate);
	output_ratio(effect, "ratio", omitted.ratio);
	calc_mark(effect, "ratio", omitted.ratio_exact, "rounded");
	add_time(effect, "duration", omitted.duration, request->volume, rate);
	tell_omitted(out, at, &omitted);
	return ERR_NONE;
}

static enum error_code calc_bridge(struct app *app, const struct values *args, struct output *out,
				   struct error *error)
{
	(void)app;
	const struct value *at = args->at;
	struct mixture old;
	struct bridge_request request = {.volume = at[BRIDGE_VOLUME].as.volume, .old = &old};
	struct bridge bridge;
	struct dose_rate back = {0};
	enum error_code code = check_bridge(at, error);
	if (code)
		return code;
	old_mixture(at, &old);
	code = plan(at, &request, &bridge, error);
	if (code)
		return code;
	const struct dose_rate meant =
		at[BRIDGE_STATED].present ? at[BRIDGE_STATED].as.dose : at[BRIDGE_DOSE].as.dose;
	struct cJSON *data = output_data(out);
	output_volume(data, "volume", request.volume);
	output_rate(data, "rate", bridge.rate);
	calc_mark(data, "rate", at[BRIDGE_OLD].as.preparation.strength.is_exact &&
				   dose_from_rate(bridge.rate, old.parts[0].concentration, ROUND_DOWN,
						  &back) == PUMP_OK && back.ng_per_day == meant.ng_per_day, CALC_DOWN);
	add_time(data, "duration", bridge.duration, request.volume, bridge.rate);
	add_time(data, "new_drug_arrives_after", bridge.duration, request.volume, bridge.rate);
	add_doses(data, at, bridge.daily, bridge.rate);
	return add_omitted(at, &request, &bridge, out, error);
}

#define OLD_OTHER                                                                                  \
	CALC_KEYWORD("old-other", ARG_PREPARATION, "PREPARATION", "another drug of the old mixture")

static const struct command rows[] = {
	{.words = "calc catheter",
	 .summary = "the volume of a catheter",
	 .flags = OFFLINE,
	 .args = {[CATHETER_LENGTH] = CALC_NEEDED("length", ARG_LENGTH, "LENGTH", "before trimming; 110 cm"),
		  [CATHETER_TRIMMED] = CALC_NEEDED("trimmed", ARG_LENGTH, "LENGTH", "cut off; 20 cm"),
		  [CATHETER_PER_LENGTH] = CALC_NEEDED("volume-per-cm", ARG_VOLUME_PER_LENGTH, "VOLUME",
						 "from its label; 0.0026 mL/cm")},
	 .example = "calc catheter length 110 cm trimmed 20 cm volume-per-cm 0.0026 mL/cm",
	 .run = calc_catheter},
	{.words = "calc prime",
	 .summary = "how long a prime takes and what it delivers",
	 .flags = OFFLINE,
	 .args = {[PRIME_VOLUME] = CALC_NEEDED("volume", ARG_VOLUME, "VOLUME", "to fill; 0.234 mL"),
		  [PRIME_RATE] = CALC_NEEDED("rate", ARG_RATE, "RATE", "of the prime; 24 mL/day"),
		  [PRIME_WITH] = CALC_KEYWORD("with", ARG_PREPARATION, "PREPARATION",
					 "what it is filled with; baclofen 500 mcg/mL"),
		  [PRIME_HOLDS] = CALC_KEYWORD("holds", ARG_PREPARATION, "PREPARATION",
					  "what it holds now; baclofen 2000 mcg/mL"),
		  [PRIME_EMPTY] = CALC_KEYWORD("empty", ARG_FLAG, "", "it holds no drug now")},
	 .example = "calc prime volume 0.234 mL rate 24 mL/day holds baclofen 2000 mcg/mL",
	 .run = calc_prime},
	{.words = "calc bridge",
	 .summary = "the bridge to another concentration or drug, and what omitting it does",
	 .flags = OFFLINE,
	 .args = {[BRIDGE_VOLUME] = CALC_NEEDED("volume", ARG_VOLUME, "VOLUME", "tubing and catheter; 0.4 mL"),
		  [BRIDGE_OLD] = CALC_NEEDED("old", ARG_PREPARATION, "PREPARATION",
					"what they hold; baclofen 500 mcg/mL"),
		  OLD_OTHER, OLD_OTHER, OLD_OTHER, OLD_OTHER, OLD_OTHER,
		  [BRIDGE_NEW] = CALC_NEEDED("new", ARG_PREPARATION, "PREPARATION",
					"what was filled in; baclofen 2000 mcg/mL"),
		  [BRIDGE_DOSE] = CALC_KEYWORD("dose", ARG_DOSE, "DOSE", "of the old drug a day; 200 mcg/day"),
		  [BRIDGE_NEW_DOSE] = CALC_KEYWORD("new-dose", ARG_DOSE, "DOSE",
					      "of the new drug a day, if it is another"),
		  [BRIDGE_STATED] = CALC_KEYWORD("bridge-dose", ARG_DOSE, "DOSE",
					    "of the old drug meanwhile, if its dose is 0 or not known")},
	 .example = "calc bridge volume 0.4 mL old baclofen 500 mcg/mL new baclofen 2000 mcg/mL "
		    "dose 200 mcg/day",
	 .run = calc_bridge},
};

const struct command_group calc_path_commands = {"Calculator for the catheter", rows,
						 sizeof(rows) / sizeof(rows[0])};
