/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order_words.h"

const char *order_kind_name(uint16_t kind)
{
	switch (kind) {
	case ORDER_PROGRAM:
		return "program";
	case ORDER_STOP:
		return "stop";
	case ORDER_RESUME:
		return "resume";
	case ORDER_MINIMUM:
		return "minimum";
	default:
		return "unknown kind";
	}
}

const char *order_outcome_name(enum order_outcome outcome)
{
	static const char *const names[] = {[OUTCOME_NOT_SENT] = "NOT_SENT",
					    [OUTCOME_REFUSED] = "REFUSED",
					    [OUTCOME_APPLIED] = "APPLIED",
					    [OUTCOME_UNKNOWN] = "UNKNOWN"};
	return names[outcome];
}

const char *order_outcome_sentence(enum order_outcome outcome)
{
	static const char *const sentences[] = {
		[OUTCOME_NOT_SENT] = "The pump's record shows that it never arrived: NOT SENT.",
		[OUTCOME_REFUSED] = "The pump's record shows that it was not carried out: REFUSED.",
		[OUTCOME_APPLIED] = "The pump's record shows that it was carried out: APPLIED.",
		[OUTCOME_UNKNOWN] = "The pump cannot tell what became of it: still UNKNOWN.",
	};
	return sentences[outcome];
}

const char *therapy_state_name(uint8_t therapy)
{
	switch (therapy) {
	case THERAPY_RUNNING:
		return "running";
	case THERAPY_MINIMUM:
		return "minimum rate";
	case THERAPY_STOPPED:
		return "stopped";
	default:
		return "not known";
	}
}
