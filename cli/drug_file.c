/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drug_file.h"

#include <stdio.h>
#include <string.h>

#include "json.h"
#include "sanitise.h"

#define SCHEMA         "pumpctl.drugs"
#define FORMAT_VERSION "1.0"
#define STEP_PERCENT_MAX 100
/* Concentrations are 32 bits on the wire. */
#define CONCENTRATION_MAX INT64_C(4294967295)

struct reader {
	const char *text;
	size_t len;
	const cJSON *root;
	struct drug_file *out;
	struct drug_file_error *error;
	const struct drug *drug; /* of the row at hand */
};

static bool refuse(struct reader *r, const cJSON *at, const char *reason, const char *suggestion)
{
	struct json_error place;
	json_locate(r->text, r->len, r->root, at, &place);
	r->error->line = place.line;
	r->error->column = place.column;
	(void)snprintf(r->error->reason, sizeof(r->error->reason), "%s%s%s%s%s", at->string ? at->string : "",
		       at->string ? ": " : "", reason, suggestion[0] ? "; write it as: " : "", suggestion);
	return false;
}

/* Text of a member. Control characters never get here: JSON has none, but escapes make them. */
static bool read_text(struct reader *r, const cJSON *item, char *out, size_t size)
{
	if (!cJSON_IsString(item))
		return refuse(r, item, "this is a text in quotation marks", "");
	const size_t len = strlen(item->valuestring);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)item->valuestring[i] < 0x20 || item->valuestring[i] == 0x7f)
			return refuse(r, item, "no control characters", "");
	if (len == 0 || len >= size)
		return refuse(r, item, len ? "too long" : "this is empty", "");
	/* It goes to screens as it is stored. */
	(void)sanitise_text(item->valuestring, len, out, size);
	return true;
}

static bool is_text(const cJSON *item, const char *text)
{
	return cJSON_IsString(item) && strcmp(item->valuestring, text) == 0;
}

/* ---- members of a row ---- */

static bool read_concentration(struct reader *r, const cJSON *item, struct concentration *out)
{
	struct text_error why = {0};
	if (!cJSON_IsString(item))
		return refuse(r, item, "this is a text such as \"10 mg/mL\"", "");
	if (concentration_parse(item->valuestring, strlen(item->valuestring), out, &why))
		return refuse(r, item, why.reason, why.suggestion);
	if (out->ng_per_ml < 1 || out->ng_per_ml > CONCENTRATION_MAX)
		return refuse(r, item, "a concentration is more than zero and at most 4294.967295 mg/mL", "");
	return true;
}

/* In the unit of its drug, as doses are typed: no second spelling of the same dose. */
static bool read_dose(struct reader *r, const cJSON *item, struct dose_rate *out)
{
	char right[DECIMAL_TEXT_MAX];
	struct text_error why = {0};
	if (!cJSON_IsString(item))
		return refuse(r, item, "this is a text such as \"1.2 mg/day\"", "");
	if (dose_rate_parse(item->valuestring, strlen(item->valuestring), out, &why))
		return refuse(r, item, why.reason, why.suggestion);
	(void)dose_rate_print(*out, r->drug->unit, right);
	if (strcmp(right, item->valuestring) != 0)
		return refuse(r, item, "this drug is dosed in another unit", right);
	return out->ng_per_day > 0 || refuse(r, item, "a limit of zero is none: leave it out", "");
}

static bool read_duration(struct reader *r, const cJSON *item, struct duration *out)
{
	struct text_error why = {0};
	if (!cJSON_IsString(item))
		return refuse(r, item, "this is a text such as \"24h\"", "");
	if (duration_parse(item->valuestring, strlen(item->valuestring), out, &why))
		return refuse(r, item, why.reason, why.suggestion);
	return out->s > 0 || refuse(r, item, "a time of zero is none: leave it out", "");
}

static bool read_stocked(struct reader *r, const cJSON *item, struct drug_row *row)
{
	size_t count = 0;
	const cJSON *child;
	if (!cJSON_IsArray(item))
		return refuse(r, item, "this is a list of concentrations", "");
	cJSON_ArrayForEach(child, item) {
		if (count == DRUG_STOCKED_MAX)
			return refuse(r, child, "at most four strengths", "");
		if (!read_concentration(r, child, &row->stocked[count]))
			return false;
		if (count && row->stocked[count].ng_per_ml <= row->stocked[count - 1].ng_per_ml)
			return refuse(r, child, "strengths ascend, each once", "");
		count++;
	}
	return count > 0 || refuse(r, item, "an empty list: leave it out", "");
}

static bool read_percent(struct reader *r, const cJSON *item, int64_t *out)
{
	if (!cJSON_IsNumber(item) || item->valueint < 1 || item->valueint > STEP_PERCENT_MAX)
		return refuse(r, item, "this is a whole number of per cent from 1 to 100", "");
	*out = item->valueint;
	return true;
}

static bool read_date(struct reader *r, const cJSON *item, char out[DATE_TEXT_MAX])
{
	struct text_error why = {0};
	struct date date;
	if (!cJSON_IsString(item))
		return refuse(r, item, "this is a date such as \"2026-08-19\"", "");
	if (date_parse(item->valuestring, strlen(item->valuestring), &date, &why))
		return refuse(r, item, why.reason, why.suggestion);
	(void)date_print(date, out);
	return true;
}

static bool read_figure(struct reader *r, const cJSON *item, struct drug_row *row)
{
	const char *name = item->string;
	if (!strcmp(name, "concentrations"))
		return read_stocked(r, item, row);
	if (!strcmp(name, "least_concentration"))
		return read_concentration(r, item, &row->least);
	if (!strcmp(name, "greatest_concentration"))
		return read_concentration(r, item, &row->greatest);
	if (!strcmp(name, "start_least"))
		return read_dose(r, item, &row->start_least);
	if (!strcmp(name, "start_greatest"))
		return read_dose(r, item, &row->start_greatest);
	if (!strcmp(name, "step_percent"))
		return read_percent(r, item, &row->step_percent);
	if (!strcmp(name, "step"))
		return read_dose(r, item, &row->step);
	if (!strcmp(name, "step_interval"))
		return read_duration(r, item, &row->step_interval);
	if (!strcmp(name, "daily_maximum"))
		return read_dose(r, item, &row->daily_maximum);
	return refuse(r, item, "no such member", "");
}

/* ---- a row as a whole ---- */

/* Ten times what the table has, or a tenth, is a moved point until somebody shows otherwise. */
static bool is_far(int64_t figure, int64_t built_in)
{
	return built_in > 0 && figure > 0 && (figure / 10 >= built_in || figure <= built_in / 10);
}

static bool check_far(struct reader *r, const cJSON *item, const struct drug_row *row)
{
	struct drug_limits now;
	drug_limits_find(r->drug, NULL, &now);
	if ((now.maximum && is_far(row->daily_maximum.ng_per_day, now.maximum->daily_maximum.ng_per_day)) ||
	    (now.greatest && is_far(row->greatest.ng_per_ml, now.greatest->greatest.ng_per_ml)) ||
	    (now.least && is_far(row->least.ng_per_ml, now.least->least.ng_per_ml)))
		return refuse(r, item, "a limit is ten times that of the drug table, or a tenth of it", "");
	return true;
}

static bool is_order_wrong(int64_t low, int64_t high)
{
	return low > 0 && high > 0 && low > high;
}

static bool check_row(struct reader *r, const cJSON *item, const struct drug_row *row)
{
	const int64_t maximum = row->daily_maximum.ng_per_day;
	if (is_order_wrong(row->least.ng_per_ml, row->greatest.ng_per_ml))
		return refuse(r, item, "the least concentration is above the greatest", "");
	for (size_t i = 0; i < DRUG_STOCKED_MAX; i++) {
		const int64_t stocked = row->stocked[i].ng_per_ml;
		if (is_order_wrong(stocked, row->greatest.ng_per_ml) || is_order_wrong(row->least.ng_per_ml, stocked))
			return refuse(r, item, "a strength in stock is outside the limits", "");
	}
	if (is_order_wrong(row->start_least.ng_per_day, row->start_greatest.ng_per_day) ||
	    is_order_wrong(row->start_greatest.ng_per_day, maximum))
		return refuse(r, item, "the first dose is above the greatest dose, or its range is upside down", "");
	if (row->start_least.ng_per_day && !row->start_greatest.ng_per_day)
		return refuse(r, item, "start_least needs start_greatest", "");
	if (row->step_percent && row->step.ng_per_day)
		return refuse(r, item, "step and step_percent exclude each other", "");
	return check_far(r, item, row);
}

static bool is_figure(const char *name)
{
	return strcmp(name, "drug") != 0 && strcmp(name, "source") != 0 && strcmp(name, "date") != 0;
}

/* drug, source and date, which no row may lack. */
static bool read_heads(struct reader *r, const cJSON *item, size_t index)
{
	static const char *const needed[] = {"drug", "source", "date"};
	for (size_t i = 0; i < 3; i++) {
		char missing[48];
		(void)snprintf(missing, sizeof(missing), "\"%s\" is missing", needed[i]);
		if (!cJSON_GetObjectItemCaseSensitive(item, needed[i]))
			return refuse(r, item, missing, "");
	}
	const cJSON *name = cJSON_GetObjectItemCaseSensitive(item, "drug");
	if (!cJSON_IsString(name))
		return refuse(r, name, "this is a text in quotation marks", "");
	r->drug = drug_find(name->valuestring, strlen(name->valuestring));
	if (!r->drug)
		return refuse(r, name, "the drug table has no such drug", "");
	for (size_t i = 0; i < index; i++)
		if (!strcmp(r->out->site.rows[i].drug, r->drug->name))
			return refuse(r, name, "this drug has a row already", "");
	return read_text(r, cJSON_GetObjectItemCaseSensitive(item, "source"), r->out->sources[index],
			 DRUG_FILE_TEXT) &&
	       read_date(r, cJSON_GetObjectItemCaseSensitive(item, "date"), r->out->dates[index]);
}

static bool read_row(struct reader *r, const cJSON *item, size_t index)
{
	struct drug_row *row = &r->out->site.rows[index];
	size_t figures = 0;
	const cJSON *member;
	if (!cJSON_IsObject(item))
		return refuse(r, item, "this is an object for one drug", "");
	if (!read_heads(r, item, index))
		return false;
	*row = (struct drug_row){.drug = r->drug->name,
				 .authority = DRUG_SITE,
				 .title = "clinic",
				 .source = r->out->sources[index],
				 .source_date = r->out->dates[index],
				 .verified = true};
	cJSON_ArrayForEach(member, item) {
		if (!is_figure(member->string))
			continue;
		if (!read_figure(r, member, row))
			return false;
		figures++;
	}
	if (!figures)
		return refuse(r, item, "this row has no figure", "");
	return check_row(r, item, row);
}

static bool read_rows(struct reader *r, const cJSON *list)
{
	const cJSON *item;
	if (!cJSON_IsArray(list))
		return refuse(r, list, "this is a list of drugs", "");
	cJSON_ArrayForEach(item, list) {
		if (r->out->site.count == DRUG_SITE_MAX)
			return refuse(r, item, "at most sixteen drugs", "");
		if (!read_row(r, item, r->out->site.count))
			return false;
		r->out->site.count++;
	}
	return true;
}

/* ---- the file ---- */

static bool read_member(struct reader *r, const cJSON *item)
{
	if (!strcmp(item->string, "schema"))
		return is_text(item, SCHEMA) || refuse(r, item, "this is not a file of drugs", "\"" SCHEMA "\"");
	if (!strcmp(item->string, "format_version"))
		return is_text(item, FORMAT_VERSION) ||
		       refuse(r, item, "another version of the format", "\"" FORMAT_VERSION "\"");
	if (!strcmp(item->string, "clinic"))
		return read_text(r, item, r->out->clinic, sizeof(r->out->clinic));
	if (!strcmp(item->string, "restart_after"))
		return read_duration(r, item, &r->out->site.restart_after);
	if (!strcmp(item->string, "drugs"))
		return read_rows(r, item);
	return refuse(r, item, "no such member", "");
}

static bool read_file(struct reader *r)
{
	static const char *const needed[] = {"schema", "format_version", "clinic", "drugs"};
	const cJSON *member;
	if (!cJSON_IsObject(r->root))
		return refuse(r, r->root, "the file is one object", "");
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		char missing[48];
		(void)snprintf(missing, sizeof(missing), "\"%s\" is missing", needed[i]);
		if (!cJSON_GetObjectItemCaseSensitive(r->root, needed[i]))
			return refuse(r, r->root, missing, "");
	}
	cJSON_ArrayForEach(member, r->root)
		if (!read_member(r, member))
			return false;
	return true;
}

bool drug_file_parse(const char *text, size_t len, struct drug_file *out,
		     struct drug_file_error *error)
{
	struct json_error why = {0};
	struct reader r = {.text = text, .len = len, .out = out, .error = error};
	memset(out, 0, sizeof(*out));
	memset(error, 0, sizeof(*error));
	cJSON *root = json_parse_explained(text, len, &why);
	if (!root) {
		error->line = why.line;
		error->column = why.column;
		(void)snprintf(error->reason, sizeof(error->reason), "%s", why.reason);
		return false;
	}
	r.root = root;
	const bool good = read_file(&r);
	cJSON_Delete(root);
	return good;
}
