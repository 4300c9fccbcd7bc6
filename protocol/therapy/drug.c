/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drug.h"

#include "text.h"

#define MCG(n) (INT64_C(n) * 1000)
#define MG(n)  (INT64_C(n) * 1000000)

#define DRUG(id, shown, in, label, class, stopping, from, date)                                    \
	{.name = (id), .display = (shown), .unit = (in), .label_status = (label),                  \
	 .withdrawal = (class), .withdrawal_text = (stopping), .withdrawal_source = (from),        \
	 .withdrawal_date = (date)},
#define ROW(...)
static const struct drug drugs[] = {
#include "drugs.def"
};
#undef DRUG
#undef ROW

#define DRUG(...)
#define ROW(id, who, called, from, date, is_verified, ...)                                         \
	{.drug = (id), .authority = (who), .title = (called), .source = (from),                    \
	 .source_date = (date), .verified = (is_verified), __VA_ARGS__},
static const struct drug_row rows[] = {
#include "drugs.def"
};
#undef DRUG
#undef ROW

#define MIX(first, second, meaning, words, from, date)                                             \
	{.one = (first), .other = (second), .mixing = (meaning), .text = (words), .source = (from), \
	 .source_date = (date)},
static const struct mixing_row mixings[] = {
#include "mixing.def"
};
#undef MIX

/* A figure without a source must not build. */
#define DRUG(id, shown, in, label, class, stopping, from, date)                                    \
	_Static_assert(sizeof("" from) > 1, id ": source missing");                                \
	_Static_assert(sizeof("" date) > 1, id ": date of the source missing");                    \
	_Static_assert(sizeof("" stopping) > 1, id ": withdrawal text missing");                   \
	_Static_assert(sizeof(id) > 1 && sizeof(id) - 1 <= DRUG_NAME_MAX, id ": name");
#define ROW(id, who, called, from, date, ...)                                                      \
	_Static_assert(sizeof("" from) > 1, id ": source missing");                                \
	_Static_assert(sizeof("" date) > 1, id ": date of the source missing");                    \
	_Static_assert(sizeof("" called) > 1, id ": title missing");
#define MIX(first, second, meaning, words, from, date)                                             \
	_Static_assert(sizeof("" from) > 1, first " and " second ": source missing");              \
	_Static_assert(sizeof("" date) > 1, first " and " second ": date missing");
#include "drugs.def"
#include "mixing.def"
#undef DRUG
#undef ROW
#undef MIX

size_t drug_count(void)
{
	return sizeof drugs / sizeof drugs[0];
}

const struct drug *drug_at(size_t index)
{
	return &drugs[index];
}

const struct drug *drug_find(const char *name, size_t len)
{
	for (size_t i = 0; i < drug_count(); i++)
		if (text_equal(drugs[i].name, name, len))
			return &drugs[i];
	return NULL;
}

bool drug_name_is_valid(const char *name, size_t len)
{
	if (len < 1 || len > DRUG_NAME_MAX || name[0] < 'a' || name[0] > 'z')
		return false;
	for (size_t i = 0; i < len; i++) {
		bool letter = name[i] >= 'a' && name[i] <= 'z';
		bool digit = name[i] >= '0' && name[i] <= '9';

		if (!letter && !digit && name[i] != '-')
			return false;
	}
	return true;
}

size_t drug_row_count(void)
{
	return sizeof rows / sizeof rows[0];
}

const struct drug_row *drug_row_at(size_t index)
{
	return &rows[index];
}

static void prefer(const struct drug_row **in_force, const struct drug_row *row, int64_t figure)
{
	if (figure > 0 && (!*in_force || row->authority < (*in_force)->authority))
		*in_force = row;
}

/* Of several labels the lowest maximum counts. */
static void prefer_maximum(struct drug_limits *limits, const struct drug_row *row)
{
	const struct drug_row *now = limits->maximum;
	int64_t most = row->daily_maximum.ng_per_day;

	if (most > 0 && now && row->authority == now->authority &&
	    most < now->daily_maximum.ng_per_day)
		limits->maximum = row;
	else
		prefer(&limits->maximum, row, most);
}

static void take(struct drug_limits *limits, const struct drug_row *row)
{
	prefer(&limits->stocked, row, row->stocked[0].ng_per_ml);
	prefer(&limits->least, row, row->least.ng_per_ml);
	prefer(&limits->greatest, row, row->greatest.ng_per_ml);
	prefer(&limits->start, row, row->start_greatest.ng_per_day);
	prefer(&limits->step, row, row->step_percent + row->step.ng_per_day);
	prefer(&limits->trial, row, row->trial_times);
	prefer_maximum(limits, row);
}

static void take_second_maximum(struct drug_limits *limits, const struct drug_row *row)
{
	int64_t most = row->daily_maximum.ng_per_day;
	const struct drug_row *now = limits->second_maximum;

	if (most > 0 && row->authority == DRUG_CONSENSUS && limits->maximum &&
	    most < limits->maximum->daily_maximum.ng_per_day &&
	    (!now || most < now->daily_maximum.ng_per_day))
		limits->second_maximum = row;
}

void drug_limits_find(const struct drug *drug, const struct drug_site *site, struct drug_limits *out)
{
	size_t len = text_len(drug->name);

	*out = (struct drug_limits){0};
	for (size_t i = 0; site && i < site->count; i++)
		if (text_equal(site->rows[i].drug, drug->name, len))
			take(out, &site->rows[i]);
	for (size_t i = 0; i < drug_row_count(); i++)
		if (text_equal(rows[i].drug, drug->name, len))
			take(out, &rows[i]);
	for (size_t i = 0; i < drug_row_count(); i++)
		if (text_equal(rows[i].drug, drug->name, len))
			take_second_maximum(out, &rows[i]);
}

size_t mixing_count(void)
{
	return sizeof mixings / sizeof mixings[0];
}

const struct mixing_row *mixing_at(size_t index)
{
	return &mixings[index];
}

static bool is_pair(const struct mixing_row *row, const char *one, const char *other)
{
	return text_equal(row->one, one, text_len(one)) &&
	       (row->other[0] == '\0' || text_equal(row->other, other, text_len(other)));
}

const struct mixing_row *mixing_find(const char *one, const char *other)
{
	for (size_t i = 0; i < mixing_count(); i++)
		if (is_pair(&mixings[i], one, other) || is_pair(&mixings[i], other, one))
			return &mixings[i];
	return NULL;
}
