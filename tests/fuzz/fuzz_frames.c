/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everything that reaches a side before any key does: values of a characteristic, joined to messages, and
 * the clear messages of a handshake. The input is a list of values, each a length and its bytes. What is
 * accepted has one form, and nothing is read or written outside it.
 */
#include <stdlib.h>
#include <string.h>

#include "card_code.h"
#include "fuzz.h"
#include "hello.h"
#include "messages.h"
#include "segment.h"

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_hellos(const uint8_t *message, size_t len)
{
	uint8_t again[HELLO_PROGRAMMER_LEN];
	struct hello_programmer programmer;
	struct hello_pump pump;
	enum hello_refusal refusal;
	enum pump_err err;

	if (hello_programmer_decode(message, len, &programmer) == PUMP_OK) {
		hello_programmer_encode(&programmer, again);
		require(len == sizeof again && memcmp(again, message, len) == 0);
	}
	err = hello_pump_decode(message, len, &pump, &refusal);
	if (err == PUMP_OK) {
		hello_pump_encode(&pump, again);
		require(len == HELLO_PUMP_LEN && memcmp(again, message, len) == 0);
	} else if (err == PUMP_EUNKNOWN) {
		hello_refuse(refusal, again);
		require(len == HELLO_REFUSED_LEN && memcmp(again, message, len) == 0);
	}
}

static void check_plain(const uint8_t *message, size_t len)
{
	static uint8_t again[MESSAGE_MAX];
	struct message m;
	size_t again_len;

	if (message_decode(message, len, &m) != PUMP_OK)
		return;
	require(message_encode(&m, again, sizeof again, &again_len) == PUMP_OK);
	require(again_len == len && memcmp(again, message, len) == 0);
}

/* Split again with the sizes of the input, a message comes out as it went in. */
static void check_split(const uint8_t *message, size_t len, size_t value_max)
{
	static struct splitter splitter;
	static struct joiner joiner;
	uint8_t value[SEGMENT_VALUE_MAX];
	enum pump_err err = PUMP_EAGAIN;

	splitter_init(&splitter);
	joiner_init(&joiner);
	require(splitter_load(&splitter, message, len) == PUMP_OK);
	while (splitter_pending(&splitter)) {
		size_t n = splitter_next(&splitter, value, value_max);

		require(n >= 2 && n <= value_max && err == PUMP_EAGAIN);
		err = joiner_add(&joiner, value, n, 0);
	}
	require(err == PUMP_OK && joiner.len == len && memcmp(joiner.message, message, len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct joiner joiner;
	char code[CARD_CODE_LEN], text[CARD_CODE_TEXT], same[CARD_CODE_LEN];
	uint64_t now_ms = 0;

	joiner_init(&joiner);
	for (size_t at = 0; at < size;) {
		size_t len = data[at++];

		if (len > size - at)
			len = size - at;
		now_ms += len * 10;
		if (joiner_add(&joiner, data + at, len, now_ms) == PUMP_OK) {
			check_hellos(joiner.message, joiner.len);
			check_plain(joiner.message, joiner.len);
			check_split(joiner.message, joiner.len, 20 + len % 200);
		}
		at += len;
	}
	if (card_code_read((const char *)data, size, code) == PUMP_OK) {
		card_code_print(code, text);
		require(card_code_read(text, sizeof text - 1, same) == PUMP_OK);
		require(memcmp(code, same, sizeof code) == 0);
	}
	return 0;
}
