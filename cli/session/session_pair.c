/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session_pair.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "session_state.h"

bool session_card_code_is_good(const char *text, struct error *error)
{
	char code[CARD_CODE_LEN];
	const enum pump_err err = card_code_read(text, strlen(text), code);
	sodium_memzero(code, sizeof(code));
	if (strspn(text, " -") == strlen(text))
		error_set(error, ERR_NO_CARD, NULL);
	else if (err == PUMP_ESHORT)
		error_set(error, ERR_CARD_CODE_FORM, "it has nine characters: XXXX-XXXXC");
	else if (err == PUMP_EMISMATCH)
		error_set(error, ERR_CARD_CODE_FORM, "its last character does not fit the others: one is mistyped");
	else if (err)
		error_set(error, ERR_CARD_CODE_FORM, "it has letters and digits only, without U but at its end");
	return !err;
}

void session_card_code_print(const uint8_t random[SESSION_CARD_RANDOM], char *text)
{
	char code[CARD_CODE_LEN];
	card_code_make(random, code);
	card_code_print(code, text);
	sodium_memzero(code, sizeof(code));
}

void session_card_code_make(const uint8_t random[SESSION_CARD_RANDOM], char code[CARD_CODE_LEN])
{
	card_code_make(random, code);
}

static enum error_code find_pump(struct session *s, const char *serial, struct error *error)
{
	const struct session_config *config = &s->config;
	const int known = state_pairing_find(config->state_dir, serial, &s->pairing);
	sodium_memzero(&s->pairing, sizeof(s->pairing));
	if (known != -ENOENT)
		return error_set(error, ERR_PAIRED_ALREADY, "%s", serial);
	const int err = state_workstation(config->state_dir, s->pairing.workstation);
	if (err)
		return error_set(error, ERR_FAILED, "the identity of this workstation cannot be read: %s",
				 strerror(-err));
	(void)snprintf(s->pairing.serial, sizeof(s->pairing.serial), "%s", serial);
	(void)snprintf(s->pairing.address, sizeof(s->pairing.address), "%s", config->pump);
	return ERR_NONE;
}

static enum error_code run(struct session *s, const char *serial, const char *card_code,
			   struct error *error)
{
	char code[CARD_CODE_LEN];
	enum error_code result = find_pump(s, serial, error);
	if (result)
		return result;
	if (!session_card_code_is_good(card_code, error))
		return error ? error->code : ERR_CARD_CODE_FORM;
	(void)!card_code_read(card_code, strlen(card_code), code);
	s->card_code = code;
	result = session_lock(s, error);
	if (!result)
		result = session_connect(s, error);
	if (!result)
		result = session_start(s, error);
	s->card_code = NULL;
	sodium_memzero(code, sizeof(code));
	return result;
}

enum error_code session_open_by_card(struct session **out, const struct session_config *config,
				     const char *serial, const char *card_code, struct error *error)
{
	struct session *s = session_create(config);
	*out = NULL;
	if (!s)
		return error_set(error, ERR_FAILED, "out of memory");
	const enum error_code code = run(s, serial, card_code, error);
	if (code) {
		session_close(s);
		return code;
	}
	s->in_call = false;
	*out = s;
	return ERR_NONE;
}

enum error_code session_enrol(struct session *s, const char *operator_id,
			      const uint8_t *operator_key, uint8_t *slot, struct error *error)
{
	struct state_pairing pairing = s->pairing;
	s->in_call = true;
	enum error_code code = session_begin(
		s, client_enrol(&s->client, operator_id, operator_key, loop_now_ms()), error);
	if (!code)
		code = session_wait(s, REPORT_ENROLLED, error);
	s->in_call = false;
	if (code)
		return code;
	struct client_enrolled *enrolled = &s->report.as.enrolled;
	memcpy(pairing.key, enrolled->pairing_key, sizeof(pairing.key));
	memcpy(pairing.advert_key, enrolled->pump.advert_key, sizeof(pairing.advert_key));
	pairing.has_advert_key = true;
	*slot = enrolled->pump.slot;
	const int err = state_pairing_store(s->config.state_dir, &pairing);
	sodium_memzero(&pairing, sizeof(pairing));
	sodium_memzero(&s->report, sizeof(s->report));
	return err ? error_set(error, ERR_FAILED, "the pairing could not be stored: %s; pair again", strerror(-err))
		   : ERR_NONE;
}

enum error_code session_read_slots(struct session *s, struct msg_slots *out, struct error *error)
{
	s->in_call = true;
	enum error_code code =
		session_begin(s, client_read_slots(&s->client, loop_now_ms()), error);
	if (!code)
		code = session_wait(s, REPORT_SLOTS, error);
	if (!code)
		*out = s->report.as.slots;
	s->in_call = false;
	return code;
}

enum error_code session_read_security(struct session *s, struct session_security *out,
				      struct error *error)
{
	s->in_call = true;
	enum error_code code =
		session_begin(s, client_read_security(&s->client, loop_now_ms()), error);
	if (!code)
		code = session_wait(s, REPORT_SECURITY, error);
	s->in_call = false;
	if (code)
		return code;
	const struct msg_security *security = &s->report.as.security;
	out->total = security->total;
	out->count = security->count;
	for (size_t i = 0; i < out->count; i++)
		security_row_read(security->rows + i * SECURITY_ROW_LEN, &out->rows[i]);
	return ERR_NONE;
}

const char *session_security_words(uint8_t kind)
{
	static const struct {
		uint8_t kind;
		const char *words;
	} rows[] = {
		{SECURITY_FORM, "not a message of the protocol"},
		{SECURITY_VERSION, "another protocol version"},
		{SECURITY_WORKSTATION, "unknown workstation"},
		{SECURITY_KEY, "wrong key"},
		{SECURITY_CARD_CODE, "wrong card code"},
		{SECURITY_CARD_CLOSED, "card code without a magnet"},
		{SECURITY_REFLECTED, "a message sent back"},
		{SECURITY_CHANGED, "a message changed on its way"},
		{SECURITY_OUT_OF_ORDER, "a message repeated or out of order"},
		{SECURITY_LATE, "no proof in ten seconds"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].kind == kind)
			return rows[i].words;
	return "of a kind not known here";
}
