/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order_words.h"

#include "client.h"

#include <stddef.h>
#include <string.h>

const char *order_kind_name(uint16_t kind)
{
	const char *words = order_kind_words(kind);
	return words ? words : "unknown kind";
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

const char *order_reason_words(const char *code)
{
	static const struct {
		const char *code, *words;
	} rows[] = {
		{"read-back-equal", "the pump carried it out, and what was read back is what was ordered"},
		{"read-back-other-therapy", "the pump recorded it, but its therapy is in another state than the one ordered"},
		{"read-back-other-program", "the pump recorded it, but holds another program than the one ordered"},
		{"read-back-other-rate", "the pump recorded it, but delivers at another rate than the one ordered"},
		{"own-pairing-revoked",
		 "the pump carried it out and does not know this workstation any more, so nothing was read back"},
		{"read-back-refused", "the pump answered that it carried it out, but would not show what it runs"},
		{"link-lost-before-read-back",
		 "the pump answered that it carried it out, but the link was lost before that could be read back"},
		{"session-ended-before-read-back",
		 "the pump answered that it carried it out, but fell silent before that could be read back"},
		{"link-lost-after-commit", "the link was lost before the pump answered"},
		{"no-answer-to-commit", "the pump did not answer in time"},
		{"session-ended-after-commit", "the session ended before the pump answered"},
		{"protocol-broken-after-commit", "the pump's answer could not be understood"},
		{"session-ended-before-commit", "the session ended before the order was sent"},
		{"commit-not-sent", "the order did not leave this computer"},
		{"intent-not-stored", "the audit trail could not record the order, so it was not sent"},
		{"not-signed", "nobody signed it, so it was not sent"},
		{"refused-by-pump", "the pump refused it"},
		{"recorded-by-pump", "the pump's own record shows it"},
		{"token-used-by-other-order", "the pump holds another order under this number"},
		{"pump-still-working", "the pump is still working on it"},
		{"never-reached-pump", "it never reached the pump, which will not take it any more"},
		{"evidence-gone", "the pump no longer holds a record of it"},
		{"pump-would-not-say", "the pump did not tell what became of it"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcmp(rows[i].code, code))
			return rows[i].words;
	return code;
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
