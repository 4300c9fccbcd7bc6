/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drug.h"

#include "text.h"

#define NG(n)         INT64_C(n)
#define MCG(n)        (INT64_C(n) * 1000)
#define MG(n)         (INT64_C(n) * 1000000)
#define MCG_PER_ML(n) MCG(n)
#define MG_PER_ML(n)  MG(n)

#define DRUG(id, shown, in, low, high, most, class, stopping, from, date, is_verified)             \
	{.name = (id), .display = (shown), .unit = (in), .least = {low}, .greatest = {high},       \
	 .daily_maximum = {most}, .withdrawal = (class), .withdrawal_text = (stopping),            \
	 .source = from, .source_date = date, .verified = (is_verified)},
static const struct drug drugs[] = {
#include "drugs.def"
};
#undef DRUG

/* A figure without a source, or one that is out of order, must not build. */
#define DRUG(id, shown, in, low, high, most, class, stopping, from, date, is_verified)             \
	_Static_assert(sizeof("" from) > 1, id ": source missing");                                \
	_Static_assert(sizeof("" date) > 1, id ": date of the source missing");                    \
	_Static_assert(sizeof("" stopping) > 1, id ": withdrawal text missing");                   \
	_Static_assert(sizeof(id) > 1 && sizeof(id) - 1 <= DRUG_NAME_MAX, id ": name");            \
	_Static_assert((low) >= 0 && (high) > (low) && (most) >= 0, id ": limits");
#include "drugs.def"
#undef DRUG

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
