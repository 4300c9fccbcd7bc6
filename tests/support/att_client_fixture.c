/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "att_client_fixture.h"

#include <check.h>
#include <errno.h>
#include <string.h>

struct att_client_fixture fix;

static void on_value(void *ctx, const struct att_pdu *pdu)
{
	struct att_client_fixture *self = ctx;

	self->values++;
	self->value_opcode = pdu->opcode;
	self->value_handle = pdu->handle;
	if (self->finishes_on_value)
		att_client_finish(&self->client);
}

static void on_ended(void *ctx, enum att_client_end why, int error)
{
	struct att_client_fixture *self = ctx;

	self->ends++;
	self->has_ended = true;
	self->why = why;
	self->error = error;
	self->is_answered_at_end = self->answer.calls > 0;
}

static void on_released(void *ctx)
{
	((struct att_client_fixture *)ctx)->is_released = true;
}

const struct att_client_handlers fixture_handlers = {on_value, on_ended, on_released};

void fixture_on_answer(void *ctx, enum link_write_result result, uint8_t att_error,
                       const struct att_pdu *response)
{
	struct answer *self = ctx;

	self->calls++;
	self->result = result;
	self->att_error = att_error;
	self->opcode = response ? response->opcode : 0;
	self->len = response ? response->len : 0;
}

void fixture_setup(void)
{
	memset(&fix, 0, sizeof fix);
	pdu_script_open(&fix.script);
	ck_assert_int_eq(att_client_init(&fix.client, fix.script.loop, fix.script.link, OWN_MTU,
	                                 ATT_TIMEOUT_MS, &fixture_handlers, &fix),
	                 0);
}

void fixture_teardown(void)
{
	if (!fix.is_released)
		att_client_finish(&fix.client);
	ck_assert(fix.is_released);
	pdu_script_close(&fix.script);
}

int fixture_ask(const char *hex)
{
	uint8_t bytes[LINK_PDU_MAX];
	struct att_pdu pdu;
	size_t len = pdu_script_bytes(hex, bytes, sizeof bytes);

	ck_assert(att_decode(bytes, len, &pdu));
	return att_client_request(&fix.client, &pdu, fixture_on_answer, &fix.answer);
}

void fixture_ask_and_expect(const char *hex)
{
	ck_assert_int_eq(fixture_ask(hex), 0);
	pdu_script_expect(&fix.script, hex);
}

void fixture_assert_answered(enum link_write_result result)
{
	ck_assert_int_eq(fix.answer.calls, 1);
	ck_assert_int_eq(fix.answer.result, result);
}

void fixture_assert_ended(enum att_client_end why)
{
	ck_assert_int_eq(fix.ends, 1);
	ck_assert_int_eq(fix.why, why);
	ck_assert(!att_bearer_is_open(&fix.client.bearer));
	ck_assert_int_eq(fixture_ask("0a 03 00"), -ENOTCONN);
}
