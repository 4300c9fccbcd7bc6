/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "order_words.h"
#include "session_state.h"

struct code_row {
	uint16_t code;
	const char *text;
};

/* docs/protocol.md section 8, in a clinician's words. */
static const struct code_row codes[] = {
	{CODE_UNKNOWN_OP, "the pump does not know this request"},
	{CODE_MALFORMED, "the pump could not read the request"},
	{CODE_NOT_ENROLLED, "this session can only pair a workstation"},
	{CODE_NO_SLOT, "all eight pairing slots are taken; a paired workstation must revoke one"},
	{CODE_HAS_OPERATORS, "the pump has operators already; one of its supervisors must add others"},
	{CODE_NOT_NOW, "the pump is busy with another procedure"},
	{CODE_NO_STAGE, "the pump no longer holds the change to be confirmed (it keeps it for 180 seconds)"},
	{CODE_ACTIVE_CHANGED, "another program is active than the one that was shown"},
	{CODE_EXPIRED, "the order reached the pump too late"},
	{CODE_TOKEN_USED, "the order's number was used before"},
	{CODE_OUT_OF_RANGE, "the program is outside the pump's physical limits"},
	{CODE_NEEDS_BRIDGE, "drug or concentration would change without a bridge"},
	{CODE_WRONG_SERIAL, "the order names another pump"},
	{CODE_ROLLED_BACK, "this workstation's audit trail is older than what the pump has seen"},
	{CODE_NO_PROGRAM, "the pump has no program to run"},
	{CODE_BAD_SIGNATURE, "a signature is not of an operator that the pump lists"},
	{CODE_NOT_ALLOWED, "the operator's role does not allow it"},
	{CODE_NEEDS_SECOND, "a second person must sign it"},
	{CODE_OLD_OPERATORS, "the pump's list of operators has changed since it was read"},
	{CODE_NEEDS_SIGNATURE, "no operator signed it, and no magnet is held over the pump"},
	{CODE_LAST_SUPERVISOR, "the pump would be left without a supervisor"},
	{CODE_WRONG_MIXTURE, "what was filled is not what the program is for"},
	{CODE_NO_SUCH_THING, "the pump has nothing of that name or number"},
	{CODE_BOLUS_RUNS, "a bolus or a bridge runs in the pump; wait for its end or stop it first"},
	{CODE_NOT_RUNNING, "therapy is not running in the pump, and a bolus needs that it is"},
	{CODE_NO_SUCH_RECORD, "the pump no longer holds these log records"},
};

const char *session_code_text(uint16_t code)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].code == code)
			return codes[i].text;
	return "the pump gave a reason that is not known here";
}

enum error_code session_begin(struct session *s, enum pump_err err, struct error *error)
{
	switch (err) {
	case PUMP_OK:
		s->in_call = true;
		s->has_report = false;
		return ERR_NONE;
	case PUMP_ESTATE:
		if (session_is_open(s) && session_has_open_intent(s))
			return error_set(error, ERR_OPEN_INTENT, NULL);
		if (s->why.code) {
			if (error)
				*error = s->why;
			return s->why.code;
		}
		return error_set(error, ERR_LINK_LOST, "there is no session with the pump");
	case PUMP_EMISMATCH:
		return error_set(error, ERR_NOT_CONFIRMED,
				 "what was confirmed is not what the pump holds");
	case PUMP_ERANGE:
		return error_set(error, ERR_REFUSED_LIMIT, "the program cannot be sent as it is");
	case PUMP_EBUSY:
	case PUMP_EAGAIN:
	case PUMP_ESHORT:
	case PUMP_EFORM:
	case PUMP_EUNKNOWN:
	case PUMP_ESEQ:
	case PUMP_ETIME:
	case PUMP_EAUTH:
	case PUMP_EPEER:
		break;
	}
	return error_set(error, ERR_FAILED, "the session cannot take a request now");
}

/* A ping may be under way, and the engine has one exchange at a time: its answer comes first. */
static struct client *session_quiet(struct session *s)
{
	s->in_call = true;
	while (session_is_open(s) && !client_is_idle(&s->client))
		session_turn(s);
	return &s->client;
}

/* One request and its report; the call's frame for every reading function. */
static enum error_code session_ask(struct session *s, enum pump_err err, enum report_type wanted,
				   struct error *error)
{
	enum error_code code = session_begin(s, err, error);
	if (!code)
		code = session_wait(s, wanted, error);
	s->in_call = false;
	return code;
}

enum error_code session_read_status(struct session *s, struct msg_status *out, struct error *error)
{
	const enum error_code code = session_ask(s, client_read_status(session_quiet(s), loop_now_ms()),
						 REPORT_STATUS, error);
	if (!code)
		*out = s->report.as.status;
	return code;
}

enum error_code session_read_care(struct session *s, struct msg_care *out, struct error *error)
{
	const enum error_code code = session_ask(s, client_read_care(session_quiet(s), loop_now_ms()),
						 REPORT_CARE, error);
	if (!code)
		*out = s->report.as.care;
	return code;
}

enum error_code session_read_program(struct session *s, struct client_program *out,
				     struct error *error)
{
	const enum error_code code = session_ask(s, client_read_program(session_quiet(s), loop_now_ms()),
						 REPORT_PROGRAM, error);
	if (!code)
		*out = s->report.as.program;
	return code;
}

enum error_code session_read_range(struct session *s, struct msg_range *out, struct error *error)
{
	const enum error_code code = session_ask(s, client_read_range(session_quiet(s), loop_now_ms()),
						 REPORT_RANGE, error);
	if (!code)
		*out = s->report.as.range;
	return code;
}

enum error_code session_pull_window(struct session *s, uint32_t epoch, uint64_t first,
				    uint64_t last, const uint8_t *hash_before,
				    const uint8_t *hash_last, struct error *error)
{
	return session_ask(s,
			   client_pull(session_quiet(s), epoch, first, last, hash_before, hash_last,
				       loop_now_ms()),
			   REPORT_PULLED, error);
}

enum error_code session_read_operators(struct session *s, struct msg_operators *out,
				       struct error *error)
{
	const enum error_code code = session_ask(
		s, client_read_operators(session_quiet(s), loop_now_ms()), REPORT_OPERATORS, error);
	if (!code)
		*out = s->report.as.operators;
	return code;
}

enum error_code session_stage_change(struct session *s, enum order_kind kind,
				     const struct change *change, const struct program *program,
				     const uint8_t *expected, struct msg_staged *out,
				     struct error *error)
{
	s->image_len = change->parts & PART_IMAGE ? change->image_len : 0;
	if (s->image_len)
		memcpy(s->image, change->image, s->image_len);
	const enum error_code code =
		session_ask(s,
			    client_stage_change(session_quiet(s), kind, change, program, expected,
						loop_now_ms()),
			    REPORT_STAGED, error);
	if (!code)
		*out = s->report.as.staged;
	return code;
}

/* The outcome decides; `differs` and the pump's code refine it. */
static enum error_code outcome_error(struct session *s, const struct client_outcome *outcome,
				     struct error *error)
{
	switch (outcome->outcome) {
	case OUTCOME_APPLIED:
		if (outcome->differs)
			return error_set(error, ERR_READBACK_DIFFERS, "%s",
					 order_reason_words(outcome->reason));
		return ERR_NONE;
	case OUTCOME_REFUSED:
		return error_set(error,
				 outcome->code == CODE_ACTIVE_CHANGED ? ERR_STALE : ERR_PUMP_REFUSED,
				 "%s", session_code_text(outcome->code));
	case OUTCOME_NOT_SENT:
		if (s->why.code == ERR_AUDIT_DAMAGED) {
			if (error)
				*error = s->why;
			return ERR_AUDIT_DAMAGED;
		}
		if (!strcmp(outcome->reason, "not-signed"))
			return error_set(error, ERR_NOT_SIGNED, NULL);
		return error_set(error, ERR_LINK_LOST, "the order did not leave this computer");
	case OUTCOME_UNKNOWN:
		break;
	}
	return error_set(error, ERR_OUTCOME_UNKNOWN, "%s", outcome->reason);
}

enum error_code session_commit(struct session *s, const uint8_t stage_digest[DIGEST_LEN],
			       const char *text, const struct cJSON *details,
			       struct client_outcome *out, struct error *error)
{
	s->order_text = text;
	s->order_details = details;
	s->why.code = ERR_NONE;
	enum error_code code = session_ask(
		s, client_confirm(session_quiet(s), stage_digest, loop_now_ms()), REPORT_OUTCOME, error);
	s->order_text = NULL;
	s->order_details = NULL;
	if (code)
		return code;
	*out = s->report.as.outcome;
	return outcome_error(s, out, error);
}
