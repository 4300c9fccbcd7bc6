/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "air_command.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "audit.h"
#include "command.h"
#include "line.h"
#include "options.h"

static int execute(struct app *app, int count, char *arguments[])
{
	struct words words;
	struct error error = {0};
	ck_assert_int_eq(line_from_arguments(count, arguments, &words, &error), ERR_NONE);
	ck_assert_msg(options_take(&words, &app->options, false, &error) == ERR_NONE, "%s",
		      error.detail);
	return command_execute(app, &words, 0);
}

static void read_code(const char *json, char code[32])
{
	static const char member[] = "\"error\":{\"code\":\"";
	const char *at = strstr(json, member);
	size_t len;
	code[0] = '\0';
	if (!at)
		return;
	at += sizeof(member) - 1;
	len = strcspn(at, "\"");
	ck_assert_uint_lt(len, 32);
	memcpy(code, at, len);
	code[len] = '\0';
}

/* The terminal of a command: what it writes goes to memory. */
struct terminal {
	FILE *out, *err;
	char *said, *told;
	size_t said_len, told_len;
};

static void take_terminal(struct terminal *t)
{
	t->out = stdout;
	t->err = stderr;
	stdout = open_memstream(&t->said, &t->said_len);
	stderr = open_memstream(&t->told, &t->told_len);
	ck_assert(stdout != NULL && stderr != NULL);
}

static void give_terminal_back(struct terminal *t)
{
	(void)fclose(stdout);
	(void)fclose(stderr);
	stdout = t->out;
	stderr = t->err;
}

struct air_result air_command(const char *const *words)
{
	char copies[AIR_COMMAND_WORDS_MAX][LINE_TEXT_MAX];
	char *arguments[AIR_COMMAND_WORDS_MAX];
	struct terminal terminal = {0};
	struct air_result result;
	int count = 0;
	int passphrase[2]; /* one line for the one that a command may ask for */
	const uint64_t begun = virtual_now_us();
	struct app *app = app_create();
	ck_assert_ptr_nonnull(app);
	app->options.json = true;
	app->options.no_input = true;
	app->options.state_dir = clinic.state_dir;
	ck_assert_int_eq(pipe2(passphrase, O_CLOEXEC), 0);
	ck_assert_int_eq(write(passphrase[1], AIR_PASSPHRASE "\n", sizeof(AIR_PASSPHRASE)), sizeof(AIR_PASSPHRASE));
	ck_assert_int_eq(close(passphrase[1]), 0);
	app->options.operator_id = AIR_OPERATOR;
	app->options.passphrase_fd = passphrase[0];
	for (; words[count]; count++) {
		ck_assert_int_lt(count, AIR_COMMAND_WORDS_MAX);
		(void)snprintf(copies[count], sizeof(copies[count]), "%s", words[count]);
		arguments[count] = copies[count];
	}
	take_terminal(&terminal);
	result.exit_code = execute(app, count, arguments);
	app_destroy(app);
	ck_assert_int_eq(close(passphrase[0]), 0);
	give_terminal_back(&terminal);
	result.took_us = virtual_now_us() - begun;
	result.tells_next = strstr(terminal.told, "\nNext: ") != NULL;
	read_code(terminal.said, result.code);
	free(terminal.said);
	free(terminal.told);
	return result;
}

size_t air_command_open_intents(void)
{
	struct audit_intent open[AUDIT_OPEN_MAX];
	struct audit *audit;
	size_t count;
	ck_assert_int_eq(audit_open(&audit, clinic.state_dir), 0);
	count = audit_open_intents(audit, NULL, open, AUDIT_OPEN_MAX);
	audit_close(audit);
	return count;
}
