/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "app.h"
#include "audit.h"
#include "command.h"
#include "completion.h"
#include "loop.h"
#include "options.h"
#include "session.h"
#include "terminal.h"

#define HISTORY_LINES 1000
#define PROMPT_MAX    160
/* A paste that was begun and not ended is ended for it after so long without a byte. */
#define PASTE_SILENCE_MS 1000

struct shell {
	struct app *app;
	struct loop *loop;
	char *line;     /* what readline handed over */
	bool has_line, at_end, leaving;
	bool at_prompt; /* readline's handler is installed */
	bool in_paste;
	size_t matched; /* bytes of a paste mark seen so far */
	const char *inject; /* bytes to hand to readline before those of the terminal */
	char pending[1024]; /* notices that wait until the line can be redrawn */
	char history[STATE_PATH_MAX + 16];
	struct words words, scratch; /* too large for the stack */
};

/* readline's hooks take no context; signal handlers cannot have one. */
static struct shell *active;
static volatile sig_atomic_t caught_interrupt, caught_end, caught_resize;

static void on_signal(int number)
{
	if (number == SIGINT)
		caught_interrupt = 1;
	else if (number == SIGWINCH)
		caught_resize = 1;
	else
		caught_end = number;
}

static bool has_signal(void *ctx)
{
	(void)ctx;
	return caught_interrupt || caught_end || caught_resize;
}

static void watch(int number, int flags)
{
	struct sigaction action = {0};
	action.sa_handler = on_signal;
	action.sa_flags = flags;
	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(number, &action, NULL);
}

/* Follows "ESC [ 200 ~" and "ESC [ 201 ~" in what the terminal sends. */
static void follow_paste(struct shell *shell, char c)
{
	static const char mark[] = "\033[20";
	if (shell->matched < 4) {
		shell->matched = c == mark[shell->matched] ? shell->matched + 1 : (size_t)(c == '\033');
		return;
	}
	if (shell->matched == 4 && (c == '0' || c == '1')) {
		shell->matched = c == '0' ? 5 : 6;
		return;
	}
	if (c == '~' && shell->matched > 4)
		shell->in_paste = shell->matched == 5;
	shell->matched = 0;
}

/* readline inside a key sequence or a paste: the loop goes on meanwhile. */
static int next_byte(FILE *file)
{
	static const char paste_end[] = "\033[201~";
	struct shell *shell = active;
	char c = 0;
	(void)file;
	if (!shell->inject || !*shell->inject) {
		const uint64_t deadline = shell->in_paste ? loop_now_ms() + PASTE_SILENCE_MS : 0;
		switch (terminal_read_byte(shell->loop, deadline, has_signal, NULL, &c)) {
		case TERMINAL_BYTE:
			follow_paste(shell, c);
			return (unsigned char)c;
		case TERMINAL_EOF:
			return EOF;
		case TERMINAL_STOPPED:
			return '\a'; /* readline's abort: leaves the sequence it is in */
		case TERMINAL_LATE:
			shell->in_paste = false;
			shell->inject = paste_end;
			break;
		}
	}
	return (unsigned char)*shell->inject++;
}

static void take_line(char *line)
{
	active->line = line;
	active->has_line = true;
	active->at_end = !line;
	active->at_prompt = false;
	rl_callback_handler_remove();
}

static void make_prompt(const struct shell *shell, char *prompt)
{
	struct app *app = shell->app;
	const bool open = app->session && session_is_open(app->session);
	const struct msg_started *pump = open ? session_pump(app->session) : NULL;
	const bool unconfirmed =
		open ? session_has_open_intent(app->session)
		     : app->audit && audit_open_intents(app->audit, NULL, NULL, 0) > 0;
	(void)snprintf(prompt, PROMPT_MAX, "%s%s%s%s%s> ", pump ? pump->serial : "pumpctl",
		       pump && pump->patient_tag[0] ? " " : "", pump ? pump->patient_tag : "",
		       pump && pump->is_virtual ? " VIRTUAL PUMP" : "",
		       unconfirmed ? " [UNCONFIRMED]" : "");
}

static void flush_notices(struct shell *shell)
{
	const unsigned long busy = RL_STATE_ISEARCH | RL_STATE_NSEARCH | RL_STATE_COMPLETING |
				   RL_STATE_MOREINPUT;
	if (!shell->pending[0] || (shell->at_prompt && RL_ISSTATE(busy)))
		return;
	if (shell->at_prompt)
		rl_clear_visible_line();
	(void)fputs(shell->pending, stdout);
	(void)fflush(stdout);
	shell->pending[0] = '\0';
	if (shell->at_prompt) {
		char prompt[PROMPT_MAX];
		make_prompt(shell, prompt); /* a session that ended is no longer in it */
		(void)rl_set_prompt(prompt);
		(void)rl_on_new_line();
		rl_redisplay();
	}
}

void shell_notice(struct shell *shell, const char *format, ...)
{
	va_list args;
	const size_t used = strlen(shell->pending);
	va_start(args, format);
	(void)vsnprintf(shell->pending + used, sizeof(shell->pending) - used - 1, format, args);
	va_end(args);
	(void)strncat(shell->pending, "\n", sizeof(shell->pending) - strlen(shell->pending) - 1);
	flush_notices(shell);
}

void shell_leave(struct shell *shell)
{
	shell->leaving = true;
}

static void cancel_line(void)
{
	caught_interrupt = 0;
	rl_callback_sigcleanup();
	rl_replace_line("", 0);
	(void)rl_crlf();
	(void)rl_on_new_line();
	rl_redisplay();
}

/* Until readline has a line, input ends, or a signal ends the program. */
static void edit_line(struct shell *shell)
{
	char prompt[PROMPT_MAX];
	make_prompt(shell, prompt);
	shell->has_line = false;
	rl_callback_handler_install(prompt, take_line);
	shell->at_prompt = true;
	while (!shell->has_line && !caught_end) {
		const bool injected = shell->inject && *shell->inject;
		const enum terminal_event event =
			injected ? TERMINAL_BYTE : terminal_wait(shell->loop, 0, has_signal, NULL);
		if (caught_interrupt)
			cancel_line();
		if (caught_resize) {
			caught_resize = 0;
			rl_resize_terminal();
		}
		if (event == TERMINAL_BYTE)
			rl_callback_read_char();
		else if (event == TERMINAL_EOF)
			break;
		flush_notices(shell);
	}
	if (shell->at_prompt) { /* a new line first: taking the handler away clears the row */
		(void)rl_crlf();
		rl_callback_handler_remove();
		shell->at_prompt = false;
	}
	if (!shell->has_line)
		shell->at_end = true;
}

/* Only whole, harmless commands: a therapy line is typed anew each time. */
static void keep_line(struct shell *shell, const char *line)
{
	struct app_options ignored = {0};
	struct values values;
	HIST_ENTRY *last = history_length ? history_get(history_base + history_length - 1) : NULL;
	shell->scratch = shell->words;
	if (line[0] == ' ' || options_take(&shell->scratch, &ignored, true, NULL) ||
	    command_parse(&shell->scratch, &values, NULL))
		return;
	if (values.command->flags & (CHANGES_THERAPY | READS_SECRET))
		return;
	if (!last || strcmp(last->line, line))
		add_history(line);
}

static void run_line(struct shell *shell, const char *line)
{
	struct error error = {0};
	if (line_split(line, &shell->words, &error)) {
		(void)command_report(shell->app, &error, &shell->words, 0);
		return;
	}
	if (!shell->words.count)
		return;
	keep_line(shell, line);
	/* The first Ctrl-C lets the command finish, the second ends the program. */
	watch(SIGINT, (int)SA_RESETHAND);
	(void)command_execute(shell->app, &shell->words, 0);
	watch(SIGINT, 0);
	caught_interrupt = 0;
}

static void open_history(struct shell *shell)
{
	const char *dir = NULL;
	using_history();
	stifle_history(HISTORY_LINES);
	history_write_timestamps = 1;
	if (app_state_dir(shell->app, &dir, NULL))
		return;
	(void)snprintf(shell->history, sizeof(shell->history), "%s/history", dir);
	(void)read_history(shell->history);
}

static void start_readline(void)
{
	rl_readline_name = "pumpctl";
	rl_getc_function = next_byte;
	rl_catch_signals = 0;
	rl_catch_sigwinch = 0;
	rl_attempted_completion_function = completion_words;
	(void)rl_variable_bind("enable-bracketed-paste", "on");
}

int shell_run(struct app *app)
{
	struct error error = {0};
	struct shell *shell = calloc(1, sizeof(*shell));
	if (!shell || app_loop(app, &shell->loop, &error)) {
		free(shell);
		return command_report(app, &error, NULL, 0);
	}
	shell->app = app;
	app->shell = shell;
	active = shell;
	for (size_t i = 0; i < 5; i++)
		watch((const int[]){SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH}[i], 0);
	start_readline();
	open_history(shell);
	(void)printf("pumpctl %s. Type help, or exit to leave.\n", PUMPCTL_VERSION);
	while (!shell->leaving && !caught_end) {
		edit_line(shell);
		if (shell->at_end)
			break;
		run_line(shell, shell->line);
		free(shell->line);
		shell->line = NULL;
	}
	if (shell->history[0])
		(void)write_history(shell->history);
	app_disconnect(app);
	app->shell = NULL;
	active = NULL;
	free(shell);
	return caught_end ? 128 + caught_end : 0;
}
