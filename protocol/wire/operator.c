/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "operator.h"

enum allowed { NO, YES };

struct right_row {
	const char *words;
	bool viewer, nurse, programmer, supervisor;
};

#define SECTION(part, tag, right)
#define KIND(kind, name, must, may)
#define RIGHT(right, text, viewer, nurse, programmer, supervisor)                                  \
	[RIGHT_##right] = {text, (viewer) == YES, (nurse) == YES, (programmer) == YES,             \
			   (supervisor) == YES},
static const struct right_row rights[] = {
#include "orders.def"
};
#undef SECTION
#undef RIGHT
#undef KIND

#define KIND(kind, name, must, may)
#define RIGHT(right, words, viewer, nurse, programmer, supervisor)
#define SECTION(part, tag, right) {PART_##part, RIGHT_##right},
static const struct {
	uint32_t part;
	enum operator_right right;
} sections[] = {
#include "orders.def"
};
#undef SECTION
#undef KIND

#define SECTION(part, tag, right)
#define KIND(kind, name, must, may) {ORDER_##kind, name, must, may},
static const struct kind_row {
	uint16_t kind;
	const char *name;
	uint32_t must, may;
} kinds[] = {
#include "orders.def"
};
#undef SECTION
#undef RIGHT
#undef KIND

bool operator_id_is_valid(const char *id, size_t len)
{
	if (len < 1 || len > OPERATOR_ID_MAX || id[0] < 'a' || id[0] > 'z')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!(id[i] >= 'a' && id[i] <= 'z') && !(id[i] >= '0' && id[i] <= '9') &&
		    id[i] != '-' && id[i] != '.')
			return false;
	return true;
}

bool operator_role_is_valid(uint8_t role)
{
	return role == OPERATOR_VIEWER || role == OPERATOR_NURSE || role == OPERATOR_PROGRAMMER ||
	       role == OPERATOR_SUPERVISOR;
}

static const struct {
	uint8_t role;
	const char *name;
} roles[] = {
	{OPERATOR_VIEWER, "viewer"},
	{OPERATOR_NURSE, "nurse"},
	{OPERATOR_PROGRAMMER, "programmer"},
	{OPERATOR_SUPERVISOR, "supervisor"},
};

const char *operator_role_name(uint8_t role)
{
	for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
		if (roles[i].role == role)
			return roles[i].name;
	return NULL;
}

bool operator_may(uint8_t role, enum operator_right right)
{
	switch ((enum operator_role)role) {
	case OPERATOR_VIEWER:
		return rights[right].viewer;
	case OPERATOR_NURSE:
		return rights[right].nurse;
	case OPERATOR_PROGRAMMER:
		return rights[right].programmer;
	case OPERATOR_SUPERVISOR:
		return rights[right].supervisor;
	}
	return false;
}

const char *operator_right_words(enum operator_right right)
{
	return rights[right].words;
}

bool operator_may_order(uint8_t role, uint32_t parts, bool only_alarms, bool stops_bolus)
{
	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
		enum operator_right right = sections[i].right;

		if (!(parts & sections[i].part))
			continue;
		if (sections[i].part == PART_IMAGE && only_alarms)
			right = RIGHT_ALARMS;
		if (sections[i].part == PART_BOLUS && stops_bolus)
			right = RIGHT_SAFE;
		if (!operator_may(role, right))
			return false;
	}
	return true;
}

static const struct kind_row *find_kind(uint16_t kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kinds[i].kind == kind)
			return &kinds[i];
	return NULL;
}

const char *order_kind_words(uint16_t kind)
{
	const struct kind_row *row = find_kind(kind);

	return row ? row->name : NULL;
}

bool order_kind_fits(uint16_t kind, uint32_t parts)
{
	const struct kind_row *row = find_kind(kind);

	return row && (parts & row->must) == row->must && (parts & ~(row->must | row->may)) == 0;
}
