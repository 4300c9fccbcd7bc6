/* SPDX-License-Identifier: GPL-3.0-or-later */
/* att_client_fixture - a client on a scripted link, and what its handlers were told. */
#ifndef PUMPCTL_TESTS_ATT_CLIENT_FIXTURE_H
#define PUMPCTL_TESTS_ATT_CLIENT_FIXTURE_H

#include "att_client.h"
#include "pdu_script.h"

#define OWN_MTU 247

struct answer {
	int calls;
	enum link_write_result result;
	uint8_t att_error;
	uint8_t opcode; /* of the response, 0: none */
	size_t len;
};

struct att_client_fixture {
	struct pdu_script script;
	struct att_client client;
	struct answer answer;
	int values;
	uint8_t value_opcode;
	uint16_t value_handle;
	int ends;
	bool has_ended;
	bool is_answered_at_end;
	enum att_client_end why;
	int error;
	bool is_released;
	bool finishes_on_value; /* set by a test: on_value finishes the client */
};

extern struct att_client_fixture fix;
extern const struct att_client_handlers fixture_handlers;

void fixture_setup(void);
void fixture_teardown(void);

/* The answer of every request goes to fix.answer. */
void fixture_on_answer(void *ctx, enum link_write_result result, uint8_t att_error,
                       const struct att_pdu *response);
/* Asks with a PDU in hex. What att_client_request returned. */
int fixture_ask(const char *hex);
/* Asks, and the peer must get exactly that. */
void fixture_ask_and_expect(const char *hex);
/* The request ended exactly once, with this result. */
void fixture_assert_answered(enum link_write_result result);
/* The client ended exactly once, for this reason, and takes no more requests. */
void fixture_assert_ended(enum att_client_end why);

#endif
