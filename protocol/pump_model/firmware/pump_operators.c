/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_operators.h"

#include <sodium.h>
#include <string.h>

/* The prefix keeps a signature from meaning anything but an order. */
static const uint8_t PREFIX[] = {'I', 'I', 'S', '-', 'o', 'r', 'd', 'e', 'r', '-', '1'};

enum { ORDER_LEN_MAX = 128 };

/* Bits of the roles that have a right. */
enum role_bit { V = 1, N = 2, P = 4, S = 8 };

#define YES 1
#define NO  0

enum right {
#define RIGHT(right, words, viewer, nurse, programmer, supervisor) NEEDS_##right,
#define SECTION(part, tag, right)
#define KIND(kind, name, must, may)
#include "orders.def"
#undef RIGHT
};

static const uint8_t ROLES[] = {
#define RIGHT(right, words, viewer, nurse, programmer, supervisor)                                 \
	(uint8_t)((viewer)*V | (nurse)*N | (programmer)*P | (supervisor)*S),
#include "orders.def"
#undef RIGHT
};
#undef SECTION

static const struct {
	uint32_t part;
	enum right needs;
} SECTIONS[] = {
#define RIGHT(right, words, viewer, nurse, programmer, supervisor)
#define SECTION(part, tag, right) {PART_##part, NEEDS_##right},
#include "orders.def"
#undef SECTION
};
#undef KIND

static const struct {
	uint16_t kind;
	uint32_t must, allowed;
} KINDS[] = {
#define SECTION(part, tag, right)
#define KIND(kind, name, must, may) {ORDER_##kind, (must), (must) | (may)},
#include "orders.def"
#undef KIND
#undef SECTION
#undef RIGHT
};

/* Kinds whose act says more than their parts do. */
static const struct {
	uint16_t kind;
	enum therapy_act act;
} THERAPY_KINDS[] = {
	{ORDER_STOP, ACT_STOP}, {ORDER_RESUME, ACT_RESUME}, {ORDER_MINIMUM, ACT_MINIMUM}};

void pump_operators_write(uint8_t *bytes, const struct pump_operators *operators)
{
	struct writer w;

	writer_init(&w, bytes, PUMP_OPERATORS_LEN);
	writer_u32(&w, operators->version);
	writer_u8(&w, operators->count);
	for (size_t i = 0; i < OPERATORS_MAX; i++) {
		writer_copy(&w, (const uint8_t *)operators->list[i].id, OPERATOR_ID_MAX);
		writer_u8(&w, operators->list[i].role);
		writer_copy(&w, operators->list[i].key, OPERATOR_KEY_LEN);
	}
}

bool pump_operators_read(const uint8_t *bytes, struct pump_operators *out)
{
	struct pump_operators read;
	struct reader r;

	memset(&read, 0, sizeof read);
	reader_init(&r, bytes, PUMP_OPERATORS_LEN);
	read.version = reader_u32(&r);
	read.count = reader_u8(&r);
	if (read.count > OPERATORS_MAX)
		return false;
	for (size_t i = 0; i < OPERATORS_MAX; i++) {
		reader_copy(&r, (uint8_t *)read.list[i].id, OPERATOR_ID_MAX);
		read.list[i].role = reader_u8(&r);
		reader_copy(&r, read.list[i].key, OPERATOR_KEY_LEN);
	}
	*out = read;
	return true;
}

/* Ids are zero behind their end, so whole arrays may be compared; an id that was read is, too. */
static bool is_same_id(const char *a, const char *b)
{
	size_t i = 0;

	while (a[i] != '\0' && a[i] == b[i])
		i++;
	return a[i] == b[i];
}

void pump_operators_first(const char *id, const uint8_t *key, struct pump_operators *out)
{
	memset(out, 0, sizeof *out);
	if (id[0] == '\0')
		return;
	out->version = 1;
	out->count = 1;
	memcpy(out->list[0].id, id, OPERATOR_ID_MAX);
	out->list[0].role = OPERATOR_SUPERVISOR;
	memcpy(out->list[0].key, key, OPERATOR_KEY_LEN);
}

const struct pump_operator *pump_operators_find(const struct pump_operators *operators,
						const char *id)
{
	for (uint8_t i = 0; i < operators->count; i++)
		if (is_same_id(operators->list[i].id, id))
			return &operators->list[i];
	return NULL;
}

bool pump_operators_signed(const struct pump_operator *operator, const uint8_t *order, size_t len,
			   const uint8_t signature[SIGNATURE_LEN])
{
	uint8_t message[sizeof PREFIX + ORDER_LEN_MAX];

	if (len > ORDER_LEN_MAX)
		return false;
	memcpy(message, PREFIX, sizeof PREFIX);
	memcpy(message + sizeof PREFIX, order, len);
	return crypto_sign_verify_detached(signature, message, sizeof PREFIX + len,
					   operator->key) == 0;
}

static uint8_t bit_of(uint8_t role)
{
	switch (role) {
	case OPERATOR_VIEWER:
		return V;
	case OPERATOR_NURSE:
		return N;
	case OPERATOR_PROGRAMMER:
		return P;
	case OPERATOR_SUPERVISOR:
		return S;
	default:
		return 0;
	}
}

static bool stops_bolus(const struct read_change *change)
{
	return (change->parts & PART_BOLUS) && change->bolus == BOLUS_STOP;
}

static enum right right_for(const struct read_change *change, size_t section, bool only_alarms)
{
	if (SECTIONS[section].part == PART_IMAGE && only_alarms)
		return NEEDS_ALARMS;
	if (SECTIONS[section].part == PART_BOLUS && stops_bolus(change))
		return NEEDS_SAFE;
	return SECTIONS[section].needs;
}

bool pump_operators_allow(uint8_t role, const struct read_change *change, bool only_alarms)
{
	for (size_t i = 0; i < sizeof SECTIONS / sizeof SECTIONS[0]; i++)
		if ((change->parts & SECTIONS[i].part) &&
		    !(ROLES[right_for(change, i, only_alarms)] & bit_of(role)))
			return false;
	return bit_of(role) != 0;
}

bool pump_operators_override(uint8_t role)
{
	return (ROLES[NEEDS_OVERRIDE] & bit_of(role)) != 0;
}

static bool act_fits(uint16_t kind, const struct read_change *change)
{
	for (size_t i = 0; i < sizeof THERAPY_KINDS / sizeof THERAPY_KINDS[0]; i++)
		if (THERAPY_KINDS[i].kind == kind)
			return THERAPY_KINDS[i].act == change->act;
	if (kind == ORDER_BOLUS_STOP)
		return stops_bolus(change);
	if (kind == ORDER_REFILL || kind == ORDER_CATHETER)
		return !(change->parts & PART_BOLUS) || change->bolus == BOLUS_PRIMING;
	return !stops_bolus(change);
}

bool pump_operators_kind_fits(uint16_t kind, const struct read_change *change)
{
	for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++)
		if (KINDS[i].kind == kind)
			return (change->parts & KINDS[i].must) == KINDS[i].must &&
			       (change->parts & ~KINDS[i].allowed) == 0 && act_fits(kind, change);
	return false;
}

static uint8_t supervisors_but(const struct pump_operators *operators, const char *id)
{
	uint8_t count = 0;

	for (uint8_t i = 0; i < operators->count; i++)
		if (operators->list[i].role == OPERATOR_SUPERVISOR &&
		    !is_same_id(operators->list[i].id, id))
			count++;
	return count;
}

static bool has_key_of_another(const struct pump_operators *operators,
			       const struct read_operator *act)
{
	for (uint8_t i = 0; i < operators->count; i++)
		if (memcmp(operators->list[i].key, act->key, OPERATOR_KEY_LEN) == 0 &&
		    !is_same_id(operators->list[i].id, act->id))
			return true;
	return false;
}

static struct pump_operator *place_of(struct pump_operators *operators, const char *id)
{
	for (uint8_t i = 0; i < operators->count; i++)
		if (is_same_id(operators->list[i].id, id))
			return &operators->list[i];
	return NULL;
}

static void remove_at(struct pump_operators *operators, struct pump_operator *place)
{
	size_t after = (size_t)(&operators->list[operators->count] - (place + 1));

	memmove(place, place + 1, after * sizeof *place);
	operators->count--;
	memset(&operators->list[operators->count], 0, sizeof *place);
}

enum result_code pump_operators_change(struct pump_operators *operators,
				       const struct read_operator *act)
{
	struct pump_operator *place = place_of(operators, act->id);
	bool stays_supervisor = act->what == OPERATOR_PUT && act->role == OPERATOR_SUPERVISOR;

	if (act->what == OPERATOR_REMOVE && !place)
		return CODE_NO_SUCH_THING;
	/* Without a supervisor nobody could ever change the list again. */
	if (!stays_supervisor && supervisors_but(operators, act->id) == 0)
		return CODE_LAST_SUPERVISOR;
	if (act->what == OPERATOR_REMOVE) {
		remove_at(operators, place);
	} else {
		if (has_key_of_another(operators, act) ||
		    (!place && operators->count == OPERATORS_MAX))
			return CODE_OUT_OF_RANGE;
		if (!place)
			place = &operators->list[operators->count++];
		memset(place, 0, sizeof *place);
		memcpy(place->id, act->id, sizeof place->id);
		place->role = act->role;
		memcpy(place->key, act->key, sizeof place->key);
	}
	operators->version++;
	return CODE_DONE;
}
