/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON to a program. */
#include "program_file.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "program_text.h"
#include "sanitise.h"

#define PIECES_MAX 512

/* The text that is built, and which value of the file each part of it came from. */
struct builder {
	char text[PROGRAM_TEXT_MAX];
	size_t len, count;
	struct {
		size_t at;
		const cJSON *item;
	} pieces[PIECES_MAX];
	const cJSON *wrong; /* the value that is refused */
	const char *reason;
};

static bool refuse(struct builder *b, const cJSON *item, const char *reason)
{
	if (!b->wrong) {
		b->wrong = item;
		b->reason = reason;
	}
	return false;
}

static bool add(struct builder *b, const cJSON *item, const char *text)
{
	const size_t len = strlen(text);
	if (b->count == PIECES_MAX || b->len + len >= sizeof(b->text))
		return refuse(b, item, "this is more than a program holds");
	b->pieces[b->count].at = b->len;
	b->pieces[b->count++].item = item;
	memcpy(b->text + b->len, text, len + 1);
	b->len += len;
	return true;
}

/* Text of the grammar's own words must not come out of a value. */
static bool is_plain(const char *text, size_t spaces)
{
	for (; *text; text++)
		if (*text == ',' || *text == ';' || (*text == ' ' && spaces-- == 0))
			return false;
	return true;
}

/* The members of item are exactly among names (NULL-terminated). */
static bool has_only(struct builder *b, const cJSON *item, const char *const *names)
{
	const cJSON *member = NULL;
	if (!cJSON_IsObject(item))
		return refuse(b, item, "an object is expected here");
	cJSON_ArrayForEach(member, item)
	{
		size_t i = 0;
		while (names[i] && strcmp(names[i], member->string) != 0)
			i++;
		if (!names[i])
			return refuse(b, member, "no such member is known here");
	}
	return true;
}

static const cJSON *member_of(struct builder *b, const cJSON *item, const char *name,
			      const char *reason)
{
	const cJSON *member = cJSON_GetObjectItemCaseSensitive(item, name);
	if (!member)
		(void)refuse(b, item, reason);
	return member;
}

static const char *unit_word(const char *ucum)
{
	static const char *const rows[][2] = {
		{"mg/d", " mg/day"}, {"ug/d", " mcg/day"}, {"ng/d", " ng/day"}, {"mg", " mg"},
		{"ug", " mcg"},      {"ng", " ng"},        {"mg/mL", " mg/mL"}, {"ug/mL", " mcg/mL"},
		{"mL", " mL"},       {"mL/d", " mL/day"},  {"d", "d"},          {"h", "h"},
		{"min", "min"},      {"s", "s"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcmp(ucum, rows[i][0]))
			return rows[i][1];
	return NULL;
}

/* {"value": "180", "unit": "ug/d"} or "180 mcg/day". */
static bool add_quantity(struct builder *b, const cJSON *item)
{
	static const char *const names[] = {"value", "unit", "display", NULL};
	if (!item)
		return false;
	if (cJSON_IsString(item))
		return is_plain(item->valuestring, 1)
			       ? add(b, item, item->valuestring)
			       : refuse(b, item, "a quantity is spelt as 180 mcg/day");
	if (!has_only(b, item, names))
		return false;
	const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "value"));
	const char *unit = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "unit"));
	if (!value || !unit || !unit_word(unit) || !is_plain(value, 0))
		return refuse(b, item, "a quantity has a value as decimal text and a UCUM unit such as mg/d");
	return add(b, item, value) && add(b, item, unit_word(unit));
}

static bool add_word(struct builder *b, const cJSON *item, const char *reason)
{
	if (!item)
		return false;
	if (!cJSON_IsString(item) || !is_plain(item->valuestring, 0))
		return refuse(b, item, reason);
	return add(b, item, item->valuestring);
}

static bool add_member(struct builder *b, const cJSON *object, const char *before, const char *name,
		       const char *reason)
{
	const cJSON *item = member_of(b, object, name, reason);
	return item && add(b, item, before) && add_quantity(b, item);
}

static bool add_mixture(struct builder *b, const cJSON *list)
{
	static const char *const names[] = {"drug", "concentration", NULL};
	const cJSON *part = NULL;
	const char *between = "";
	if (!cJSON_IsArray(list) || !cJSON_GetArraySize(list))
		return refuse(b, list, "a mixture is a list of drugs");
	cJSON_ArrayForEach(part, list)
	{
		if (!has_only(b, part, names) || !add(b, part, between) ||
		    !add_word(b, member_of(b, part, "drug", "the drug is missing"),
			      "a generic drug name is expected") ||
		    !add_member(b, part, " ", "concentration", "the concentration is missing"))
			return false;
		between = ", ";
	}
	return true;
}

static bool add_days(struct builder *b, const cJSON *days)
{
	const cJSON *day = NULL;
	const char *between = " ";
	if (!cJSON_IsArray(days) || !cJSON_GetArraySize(days))
		return refuse(b, days, "days is a list such as [\"mon\", \"tue\"]");
	cJSON_ArrayForEach(day, days)
	{
		if (!add(b, day, between) || !add_word(b, day, "a weekday is mon, tue, wed, thu, fri, sat or sun"))
			return false;
		between = ",";
	}
	return true;
}

static bool add_steps(struct builder *b, const cJSON *steps)
{
	static const char *const names[] = {"from", "dose", NULL};
	const cJSON *step = NULL;
	const char *between = " ";
	if (!cJSON_IsArray(steps) || !cJSON_GetArraySize(steps))
		return refuse(b, steps, "steps is a list of times with a dose");
	cJSON_ArrayForEach(step, steps)
	{
		if (!has_only(b, step, names) || !add(b, step, between) ||
		    !add_word(b, member_of(b, step, "from", "the time of the step is missing"),
			      "a time of day is spelt as 06:00") ||
		    !add_member(b, step, " ", "dose", "the dose of the step is missing"))
			return false;
		between = ", ";
	}
	return true;
}

static bool add_flex(struct builder *b, const cJSON *regimen)
{
	static const char *const names[] = {"mode", "patterns", NULL};
	static const char *const pattern_names[] = {"days", "steps", NULL};
	const cJSON *pattern = NULL;
	const cJSON *list = member_of(b, regimen, "patterns", "the patterns are missing");
	const char *before = "flex";
	if (!list || !has_only(b, regimen, names))
		return false;
	if (!cJSON_IsArray(list) || !cJSON_GetArraySize(list))
		return refuse(b, list, "patterns is a list of days and steps");
	cJSON_ArrayForEach(pattern, list)
	{
		const cJSON *days = NULL, *steps = NULL;
		if (has_only(b, pattern, pattern_names)) {
			days = member_of(b, pattern, "days", "the days of the pattern are missing");
			steps = member_of(b, pattern, "steps", "the steps of the pattern are missing");
		}
		if (!days || !steps || !add(b, pattern, before) || !add_days(b, days) ||
		    !add_steps(b, steps))
			return false;
		before = " /";
	}
	return true;
}

static bool add_regimen(struct builder *b, const cJSON *regimen)
{
	static const char *const simple[] = {"mode", "dose", NULL};
	static const char *const periodic[] = {"mode", "dose", "every", "over", "base", NULL};
	static const char *const alone[] = {"mode", NULL};
	const char *mode = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(regimen, "mode"));
	if (!mode)
		return refuse(b, regimen, "a regimen has a mode");
	if (!strcmp(mode, "simple"))
		return has_only(b, regimen, simple) &&
		       add_member(b, regimen, "", "dose", "the dose is missing");
	if (!strcmp(mode, "flex"))
		return add_flex(b, regimen);
	if (!strcmp(mode, "periodic"))
		return has_only(b, regimen, periodic) &&
		       add_member(b, regimen, "periodic ", "dose", "the dose is missing") &&
		       add_member(b, regimen, " every ", "every", "the interval is missing") &&
		       add_member(b, regimen, " over ", "over", "the duration is missing") &&
		       add_member(b, regimen, " base ", "base", "the base dose is missing");
	if (!strcmp(mode, "minimum") || !strcmp(mode, "stopped"))
		return has_only(b, regimen, alone) && add(b, regimen, mode);
	return refuse(b, regimen, "the mode is simple, flex, periodic, minimum or stopped");
}

static bool add_patient(struct builder *b, const cJSON *patient)
{
	static const char *const names[] = {"dose", "over", "lockout", "most", NULL};
	char number[32];
	if (!has_only(b, patient, names) ||
	    !add_member(b, patient, "; patient-bolus ", "dose", "the dose is missing") ||
	    !add_member(b, patient, " over ", "over", "the duration is missing") ||
	    !add_member(b, patient, " lockout ", "lockout", "the lockout is missing"))
		return false;
	const cJSON *most = member_of(b, patient, "most", "the greatest number of boluses is missing");
	if (!most)
		return false;
	/* Numbers of a file are whole (json.h). */
	if (!cJSON_IsNumber(most) || most->valueint < 1 || most->valueint > PATIENT_MOST_GREATEST)
		return refuse(b, most, "a whole number from 1 to 48 is expected here");
	(void)snprintf(number, sizeof(number), "%d", most->valueint);
	return add(b, most, " most ") && add(b, most, number);
}

static bool add_bridge(struct builder *b, const cJSON *bridge)
{
	static const char *const names[] = {"volume", "rate", NULL};
	static const char *const none[] = {"none", NULL};
	const cJSON *reason = cJSON_GetObjectItemCaseSensitive(bridge, "none");
	if (reason)
		return has_only(b, bridge, none) && add(b, reason, "; bridge none ") &&
		       add_word(b, reason, "the reason is line-aspirated, line-empty or accepted");
	return has_only(b, bridge, names) &&
	       add_member(b, bridge, "; bridge ", "volume", "the volume is missing") &&
	       add_member(b, bridge, " at ", "rate", "the rate is missing");
}

/* Minor versions add, major ones break. */
static bool is_known_version(struct builder *b, const cJSON *object, bool needed)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, "format_version");
	const char *text = cJSON_GetStringValue(item);
	if (!item && !needed)
		return true;
	if (text && !strncmp(text, "1.", 2) && text[2] && strspn(text + 2, "0123456789") == strlen(text + 2))
		return true;
	return refuse(b, item ? item : object, "this version of the format is not known here; 1.0 is");
}

/* The program in what program show --json printed; root itself if it is no such envelope; NULL: refused. */
static const cJSON *take_out(struct builder *b, const cJSON *root)
{
	const cJSON *schema = cJSON_GetObjectItemCaseSensitive(root, "schema");
	const cJSON *data = cJSON_GetObjectItemCaseSensitive(root, "data");
	const cJSON *program = cJSON_GetObjectItemCaseSensitive(data, "as_file");
	const char *name = cJSON_GetStringValue(schema);
	if (!schema)
		return root;
	if (!name || strcmp(name, "pumpctl.program-show") != 0)
		(void)refuse(b, schema, "of what pumpctl prints, the answer of program show holds a program");
	else if (is_known_version(b, root, true) && !program)
		(void)refuse(b, root, "this answer of program show holds no program");
	return b->wrong ? NULL : program;
}

static bool build(struct builder *b, const cJSON *root)
{
	static const char *const names[] = {"format_version", "mixture", "regimen", "low_alarm",
					    "patient_bolus", "bridge", NULL};
	if (!has_only(b, root, names) || !is_known_version(b, root, false))
		return false;
	const cJSON *mixture = member_of(b, root, "mixture", "the mixture is missing");
	const cJSON *regimen = member_of(b, root, "regimen", "the regimen is missing");
	const cJSON *patient = cJSON_GetObjectItemCaseSensitive(root, "patient_bolus");
	const cJSON *bridge = cJSON_GetObjectItemCaseSensitive(root, "bridge");
	return mixture && regimen && add_mixture(b, mixture) && add(b, regimen, "; ") &&
	       add_regimen(b, regimen) &&
	       add_member(b, root, "; low-alarm ", "low_alarm", "the low alarm is missing") &&
	       (!patient || add_patient(b, patient)) && (!bridge || add_bridge(b, bridge));
}

/* The value that the text at this column came from. */
static const cJSON *item_at(const struct builder *b, size_t column)
{
	size_t i = b->count;
	while (i > 1 && b->pieces[i - 1].at > column - 1)
		i--;
	return b->pieces[i ? i - 1 : 0].item;
}

static enum error_code tell(struct error *error, enum error_code code, const char *name,
			    const struct json_error *at, const char *suggestion)
{
	char clean[160];
	(void)sanitise_text(name, strlen(name), clean, sizeof(clean));
	return error_set(error, code, "%s, line %zu, column %zu: %s%s%s", clean, at->line, at->column,
			 at->reason, suggestion[0] ? "; spell it as: " : "", suggestion);
}

static enum error_code understand(const char *text, size_t len, const char *name, const cJSON *root,
				  struct program *out, struct error *error)
{
	struct builder *b = calloc(1, sizeof(*b));
	struct program *program = calloc(1, sizeof(*program));
	const cJSON *program_item = NULL;
	struct json_error at = {0};
	struct text_error why = {0};
	enum error_code code = ERR_NONE;
	if (!b || !program) {
		code = error_set(error, ERR_FAILED, "out of memory");
	} else if (!(program_item = take_out(b, root)) || !build(b, program_item)) {
		json_locate(text, len, root, b->wrong, &at);
		at.reason = b->reason;
		code = tell(error, ERR_USAGE, name, &at, "");
	} else if (program_text_parse(b->text, b->len, program, &why) != PUMP_OK) {
		json_locate(text, len, root, item_at(b, why.column), &at);
		at.reason = why.reason;
		code = tell(error, ERR_BAD_QUANTITY, name, &at, why.suggestion);
	} else {
		*out = *program;
	}
	free(b);
	free(program);
	return code;
}

enum error_code program_file_parse(const char *text, size_t len, const char *name,
				   struct program *out, struct error *error)
{
	struct json_error at = {0};
	cJSON *root = json_parse_answer(text, len, &at);
	if (!root)
		return tell(error, ERR_USAGE, name, &at, "");
	const enum error_code code = understand(text, len, name, root, out, error);
	cJSON_Delete(root);
	return code;
}

enum error_code program_file_read(const char *path, struct program *out, struct error *error)
{
	char clean[160];
	char *text = malloc(PROGRAM_FILE_MAX + 1);
	size_t len = 0;
	ssize_t got = 1;
	(void)sanitise_text(path, strlen(path), clean, sizeof(clean));
	if (!text)
		return error_set(error, ERR_FAILED, "out of memory");
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	while (fd >= 0 && got > 0 && len <= PROGRAM_FILE_MAX) {
		got = read(fd, text + len, PROGRAM_FILE_MAX + 1 - len);
		len += got > 0 ? (size_t)got : 0;
	}
	const int reason = errno;
	enum error_code code = ERR_NONE;
	if (fd < 0 || got < 0)
		code = error_set(error, ERR_USAGE, "%s cannot be read: %s", clean, strerror(reason));
	else if (len > PROGRAM_FILE_MAX)
		code = error_set(error, ERR_USAGE, "%s is longer than a program file may be", clean);
	else
		code = program_file_parse(text, len, path, out, error);
	if (fd >= 0)
		(void)close(fd);
	free(text);
	return code;
}
