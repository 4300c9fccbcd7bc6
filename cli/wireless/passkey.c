/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "passkey.h"

#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "loop.h"
#include "terminal.h"

#define DIGITS   6
#define WAIT_MS  30000
#define TEXT_MAX 32

int32_t passkey_parse(const char *text)
{
	int32_t value = 0;
	int digits = 0;
	for (; *text; text++) {
		if (*text == ' ' || *text == '\r')
			continue;
		if (*text < '0' || *text > '9' || ++digits > DIGITS)
			return -1;
		value = value * 10 + (*text - '0');
	}
	return digits == DIGITS ? value : -1;
}

/* A line of a pipe or file; without a line end at its end too. */
static int32_t read_piped(struct loop *loop, uint64_t deadline_ms, bool (*stop)(void *ctx),
			  void *ctx)
{
	char text[TEXT_MAX];
	size_t len = 0;
	char c = 0;
	while (terminal_read_byte(loop, deadline_ms, stop, ctx, &c) == TERMINAL_BYTE && c != '\n') {
		if (len + 1 == sizeof(text))
			return -1;
		text[len++] = c;
	}
	text[len] = '\0';
	return passkey_parse(text);
}

int32_t passkey_ask(struct loop *loop, const char *address, bool (*stop)(void *ctx), void *ctx)
{
	const uint64_t deadline_ms = loop_now_ms() + WAIT_MS;
	char prompt[160], typed[TEXT_MAX];
	(void)snprintf(prompt, sizeof(prompt),
		       "The pump at %s shows six digits. Type them within 30 seconds.\npasskey: ", address);
	if (!isatty(STDIN_FILENO)) {
		(void)fputs(prompt, stderr);
		(void)fputc('\n', stderr);
		return read_piped(loop, deadline_ms, stop, ctx);
	}
	if (terminal_read_typed(loop, prompt, deadline_ms, stop, ctx, typed, sizeof(typed)) !=
	    TERMINAL_TYPED)
		return -1;
	return passkey_parse(typed);
}
