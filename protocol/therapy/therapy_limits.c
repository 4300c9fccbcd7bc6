/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "therapy_limits.h"

#include "text.h"

#define SOURCE_MODEL "limits of pump models PX20 and PX40, version 1"
#define SOURCE_TABLE "drug table, version 1"
#define SOURCE_STEP                                                                                \
	"steps of at most 30 % (pharmacologicalsciences.us, Pump refills and reprogramming)"
#define SOURCE_TENFOLD "errors by a moved point are ten-fold (Thimbleby and Cairns, 2010)"
#define SOURCE_ALARM                                                                               \
	"withdrawal at 2.1 to 3.8 mL left in 24 % of 88 patients, ended by an alarm at 4 mL "      \
	"(pubmed.ncbi.nlm.nih.gov/15271246)"
#define SOURCE_PROTOCOL "Intrathecal Infusion Service 1.0"
#define SOURCE_PUMPCTL  "rule of pumpctl, to be confirmed by the clinic"

#define LARGE_STEP_PERCENT 30
#define ALARM_SEVERE_NL    (4 * NL_PER_ML)
#define ALARM_TO_EMPTY_S   (72 * 3600)

struct check {
	const struct program *program, *running; /* running: NULL if nothing */
	const struct pump_limits *model;
	struct program_totals totals;
	struct finding *findings;
	size_t count;
};

static struct finding *add(struct check *c, enum severity severity, const char *rule,
			   const char *text, const char *source)
{
	/* At most four for each of six drugs and five for the whole: there is room. */
	struct finding *finding = &c->findings[c->count++];

	*finding = (struct finding){
		.rule = rule, .severity = severity, .text = text, .source = source};
	return finding;
}

static const struct drug *drug_of(const struct mixture_part *part)
{
	return drug_find(part->name, text_len(part->name));
}

/* first between second; second alone where both do not fit, which takes a value beyond any pump. */
static void set_value(struct finding *finding, const char *first, const char *between,
		      const char *second)
{
	struct text text;

	text_init(&text, finding->value, sizeof finding->value);
	text_add(&text, first);
	text_add(&text, between);
	text_add(&text, second);
	if (text.cut) {
		text_init(&text, finding->value, sizeof finding->value);
		text_add(&text, second);
	}
}

/* The finding must say which drug of a mixture it is about. */
static void set_drug_value(struct finding *finding, const char *name, const char *value)
{
	set_value(finding, name, "  ", value);
}

static void set_number(char buf[DECIMAL_TEXT_MAX], const char *before, int64_t value,
		       const char *after)
{
	char number[DECIMAL_TEXT_MAX];
	struct text text;

	decimal_print(value, 1, number);
	text_init(&text, buf, DECIMAL_TEXT_MAX);
	text_add(&text, before);
	text_add(&text, number);
	text_add(&text, after);
}

static void check_concentration(struct check *c, const struct mixture_part *part,
				const struct drug *drug)
{
	char value[DECIMAL_TEXT_MAX], low[DECIMAL_TEXT_MAX], high[DECIMAL_TEXT_MAX];
	struct finding *finding;
	struct text limit;

	if (part->concentration.ng_per_ml >= drug->least.ng_per_ml &&
	    part->concentration.ng_per_ml <= drug->greatest.ng_per_ml)
		return;
	finding = add(c, SEVERITY_BLOCK, "L-concentration-range",
		      "This concentration is outside the limits of the drug. Read the label of the "
		      "syringe again: a wrong concentration makes every dose wrong.",
		      drug->source);
	concentration_display(part->concentration, drug->unit, value);
	concentration_display(drug->least, drug->unit, low);
	concentration_display(drug->greatest, drug->unit, high);
	set_drug_value(finding, drug->display, value);
	text_init(&limit, finding->limit, sizeof finding->limit);
	if (drug->least.ng_per_ml > 0) {
		text_add(&limit, low);
		text_add(&limit, " to ");
	} else {
		text_add(&limit, "at most ");
	}
	text_add(&limit, high);
}

/* Dose of a drug in a program, ng/day; the primary drug's as programmed. 0: not in it. */
static int64_t daily_of(const struct program *program, const struct program_totals *totals,
			const char *name)
{
	for (size_t i = 0; i < program->mixture.count; i++)
		if (text_equal(program->mixture.parts[i].name, name, text_len(name)))
			return i == 0 ? program->dose.ng_per_day : totals->daily[i].ng_per_day;
	return 0;
}

static int64_t running_daily(const struct check *c, const char *name)
{
	struct program_totals totals;

	if (!c->running || program_totals(c->running, c->model, &totals) != PUMP_OK)
		return 0;
	return daily_of(c->running, &totals, name);
}

static void check_daily_maximum(struct check *c, const struct mixture_part *part,
				const struct drug *drug)
{
	struct dose_rate daily = {daily_of(c->program, &c->totals, part->name)};
	int64_t maximum = drug->daily_maximum.ng_per_day;
	char value[DECIMAL_TEXT_MAX];
	struct finding *finding;

	if (maximum == 0 || daily.ng_per_day <= maximum)
		return;
	if (daily.ng_per_day > running_daily(c, part->name))
		finding = add(c, SEVERITY_OVERRIDE, "L-daily-maximum",
			      "The daily dose goes above the greatest daily dose known for this drug. "
			      "It needs a reason and a second person.",
			      drug->source);
	else
		finding = add(c, SEVERITY_WARN, "L-daily-maximum",
			      "The daily dose stays above the greatest daily dose known for this drug.",
			      drug->source);
	dose_rate_display(daily, drug->unit, value);
	set_drug_value(finding, drug->display, value);
	dose_rate_display(drug->daily_maximum, drug->unit, finding->limit);
}

static void check_unverified(struct check *c, const struct drug *drug)
{
	struct finding *finding;

	if (drug->verified)
		return;
	finding = add(c, SEVERITY_WARN, "L-unverified",
		      "The limits used for this drug are unverified. Compare the program with the "
		      "rules of your clinic.",
		      drug->source);
	set_drug_value(finding, drug->display, "unverified");
}

static void check_low_alarm(struct check *c, const struct drug *drug)
{
	struct finding *finding;

	if (drug->withdrawal != WITHDRAWAL_SEVERE || c->program->low_alarm.nl >= ALARM_SEVERE_NL)
		return;
	finding = add(c, SEVERITY_WARN, "L-low-alarm",
		      "Withdrawal of this drug is dangerous and can begin before the reservoir is "
		      "empty. Set the low reservoir alarm to 4 mL or more.",
		      SOURCE_ALARM);
	volume_display(c->program->low_alarm, finding->value);
	volume_display((struct volume){ALARM_SEVERE_NL}, finding->limit);
}

static bool is_named_before(const struct mixture *mixture, size_t part)
{
	const char *name = mixture->parts[part].name;

	for (size_t i = 0; i < part; i++)
		if (text_equal(mixture->parts[i].name, name, text_len(name)))
			return true;
	return false;
}

static void check_part(struct check *c, size_t i)
{
	const struct mixture_part *part = &c->program->mixture.parts[i];
	const struct drug *drug = drug_of(part);
	struct finding *finding;

	if (is_named_before(&c->program->mixture, i)) {
		finding = add(c, SEVERITY_BLOCK, "L-drug-twice", "A mixture names each drug once.",
			      SOURCE_PROTOCOL);
		set_drug_value(finding, part->name, "named twice");
	} else if (!drug) {
		finding = add(c, SEVERITY_BLOCK, "L-drug-unknown",
			      "This drug is not in the drug table, so its dose cannot be checked. Use "
			      "its whole generic name.",
			      SOURCE_TABLE);
		set_drug_value(finding, part->name, "not in the table");
	} else {
		check_concentration(c, part, drug);
		check_daily_maximum(c, part, drug);
		check_unverified(c, drug);
		check_low_alarm(c, drug);
	}
}

static void check_rate(struct check *c)
{
	struct volume_rate rate = c->totals.rate;
	struct finding *finding;

	if (rate.nl_per_day > c->model->greatest.nl_per_day) {
		finding = add(c, SEVERITY_BLOCK, "L-rate-greatest",
			      "This dose needs a faster rate than the pump can deliver. Read dose and "
			      "concentration again.",
			      SOURCE_MODEL);
		volume_rate_display(c->model->greatest, finding->limit);
	} else if (rate.nl_per_day < c->model->least.nl_per_day) {
		finding = add(c, SEVERITY_BLOCK, "L-rate-least",
			      "This dose needs a slower rate than the pump can deliver. A lower "
			      "concentration gives the same dose at a faster rate; do not raise the "
			      "dose to reach the rate.",
			      SOURCE_MODEL);
		volume_rate_display(c->model->least, finding->limit);
	} else {
		return;
	}
	volume_rate_display(rate, finding->value);
}

static void check_alarm(struct check *c)
{
	int64_t usable = c->program->low_alarm.nl - c->model->residual.nl;
	int64_t left_s = 0;
	struct finding *finding;

	if (c->program->low_alarm.nl > c->model->reservoir.nl) {
		finding = add(c, SEVERITY_BLOCK, "L-alarm-range",
			      "The low reservoir alarm is above what the reservoir holds.",
			      SOURCE_MODEL);
		volume_display(c->program->low_alarm, finding->value);
		volume_display(c->model->reservoir, finding->limit);
		return;
	}
	if (c->totals.rate.nl_per_day < 1)
		return;
	/* At most 40 mL times a day in seconds: no overflow. Early is safe, so it rounds down. */
	if (usable > 0)
		left_s = usable * SECONDS_PER_DAY / c->totals.rate.nl_per_day;
	if (left_s >= ALARM_TO_EMPTY_S)
		return;
	finding = add(c, SEVERITY_WARN, "L-alarm-to-empty",
		      "Between the low reservoir alarm and the end of delivery lie less than 72 hours. "
		      "Set the alarm higher.",
		      SOURCE_PUMPCTL);
	set_number(finding->value, "", left_s / 3600, " h");
	set_number(finding->limit, "", ALARM_TO_EMPTY_S / 3600, " h");
}

static bool is_same_primary(const struct check *c)
{
	const char *name = c->program->mixture.parts[0].name;

	return text_equal(c->running->mixture.parts[0].name, name, text_len(name));
}

static int64_t significant_digits(int64_t value)
{
	while (value > 0 && value % 10 == 0)
		value /= 10;
	return value;
}

static void set_doses(const struct check *c, struct finding *finding)
{
	enum mass_unit unit = mixture_unit(&c->program->mixture, 0);
	char now[DECIMAL_TEXT_MAX], then[DECIMAL_TEXT_MAX];

	dose_rate_display(c->running->dose, unit, now);
	dose_rate_display(c->program->dose, unit, then);
	set_value(finding, now, " to ", then);
}

static void check_moved_point(struct check *c)
{
	int64_t now = c->running->dose.ng_per_day, then = c->program->dose.ng_per_day;

	if (now == then || significant_digits(now) != significant_digits(then))
		return;
	if (then > now)
		set_doses(c, add(c, SEVERITY_OVERRIDE, "L-moved-point",
				 "The new dose has the same digits as the running one with the point "
				 "moved up. It needs a reason and a second person.",
				 SOURCE_TENFOLD));
	else
		set_doses(c, add(c, SEVERITY_WARN, "L-moved-point",
				 "The new dose has the same digits as the running one with the point "
				 "moved down.",
				 SOURCE_TENFOLD));
}

static void check_step(struct check *c)
{
	int64_t now = c->running->dose.ng_per_day, then = c->program->dose.ng_per_day;
	struct finding *finding;
	int64_t percent;

	if (now < 1 || then <= now)
		return;
	if (then / 10 >= now) {
		set_doses(c, add(c, SEVERITY_OVERRIDE, "L-ten-fold",
				 "The new dose is ten times the running one or more. It needs a reason "
				 "and a second person.",
				 SOURCE_TENFOLD));
		return;
	}
	/* Below ten-fold the per cent fits; compared exactly, since it is rounded for showing. */
	if (then - now <= now / 100 * LARGE_STEP_PERCENT + now % 100 * LARGE_STEP_PERCENT / 100)
		return;
	if (percent_change(now, then, &percent) != PUMP_OK)
		return;
	finding = add(c, SEVERITY_WARN, "L-change-large",
		      "The new dose is more than 30 % above the running one.", SOURCE_STEP);
	set_number(finding->value, "+", percent, " % (higher)");
	set_number(finding->limit, "+", LARGE_STEP_PERCENT, " %");
}

static void check_running(struct check *c)
{
	if (!c->running) {
		add(c, SEVERITY_INFO, "L-first-program",
		    "The pump runs no program now: there is no dose to compare with. The rules for a "
		    "first dose apply.",
		    SOURCE_PUMPCTL);
		return;
	}
	if (!mixture_equal(&c->program->mixture, &c->running->mixture))
		add(c, SEVERITY_BLOCK, "L-mixture-changed",
		    "The drugs or concentrations differ from what is in the pump. A change needs a "
		    "bridge, which this version cannot program.",
		    SOURCE_PROTOCOL);
	if (!is_same_primary(c))
		return;
	check_step(c);
	check_moved_point(c);
}

static void sort(struct finding *findings, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct finding moved = findings[i];
		size_t at = i;

		while (at > 0 && findings[at - 1].severity < moved.severity) {
			findings[at] = findings[at - 1];
			at--;
		}
		findings[at] = moved;
	}
}

size_t limits_check(const struct program *program, const struct program *running,
		    const struct pump_limits *model, struct finding *findings)
{
	struct check c = {
		.program = program, .running = running, .model = model, .findings = findings};

	if (program_totals(program, model, &c.totals) != PUMP_OK) {
		add(&c, SEVERITY_BLOCK, "L-not-computable",
		    "The daily amounts cannot be computed: a number is zero or far too large.",
		    SOURCE_PROTOCOL);
		return c.count;
	}
	check_rate(&c);
	check_alarm(&c);
	for (size_t i = 0; i < program->mixture.count; i++)
		check_part(&c, i);
	check_running(&c);
	sort(findings, c.count);
	return c.count;
}

const char *severity_name(enum severity severity)
{
	switch (severity) {
	case SEVERITY_INFO:
		return "INFO";
	case SEVERITY_WARN:
		return "WARN";
	case SEVERITY_OVERRIDE:
		return "OVERRIDE";
	case SEVERITY_BLOCK:
		break;
	}
	return "BLOCK";
}

bool findings_refuse(const struct finding *findings, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (findings[i].severity >= SEVERITY_OVERRIDE)
			return true;
	return false;
}
