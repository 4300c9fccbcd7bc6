/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "loop.h"

#define TURN_MS 250
/* Fingers do not put this many bytes into the terminal between two turns of the loop. */
#define BURST_BYTES 8
/* A paste is over when nothing came for so long. */
#define SILENCE_MS 300

static const char paste_on[] = "\033[?2004h";
static const char paste_off[] = "\033[?2004l";

static void mark_ready(void *ctx, int fd, short revents)
{
	(void)fd;
	(void)revents;
	*(bool *)ctx = true;
}

enum terminal_event terminal_wait(struct loop *loop, uint64_t deadline_ms,
				  bool (*stop)(void *ctx), void *ctx)
{
	bool ready = false;
	enum terminal_event event = TERMINAL_EOF;
	if (loop_add_fd(loop, STDIN_FILENO, POLLIN, mark_ready, &ready))
		return TERMINAL_EOF;
	for (;;) {
		const uint64_t now = loop_now_ms();
		if (stop && stop(ctx)) {
			event = TERMINAL_STOPPED;
			break;
		}
		if (ready) {
			event = TERMINAL_BYTE;
			break;
		}
		if (deadline_ms && now >= deadline_ms) {
			event = TERMINAL_LATE;
			break;
		}
		const uint64_t wait = deadline_ms ? deadline_ms - now : TURN_MS;
		const int err = loop_turn(loop, wait < TURN_MS ? (int)wait : TURN_MS);
		if (err && err != -EINTR)
			break;
	}
	loop_remove_fd(loop, STDIN_FILENO);
	return event;
}

enum terminal_event terminal_read_byte(struct loop *loop, uint64_t deadline_ms,
				       bool (*stop)(void *ctx), void *ctx, char *byte)
{
	for (;;) {
		const enum terminal_event event = terminal_wait(loop, deadline_ms, stop, ctx);
		if (event != TERMINAL_BYTE)
			return event;
		const ssize_t n = read(STDIN_FILENO, byte, 1);
		if (n == 1)
			return TERMINAL_BYTE;
		if (n == 0 || (errno != EINTR && errno != EAGAIN))
			return TERMINAL_EOF;
	}
}

static void put(const char *text, size_t len)
{
	while (len) {
		const ssize_t n = write(STDERR_FILENO, text, len);
		if (n < 0 && errno != EINTR)
			return;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
}

struct typed {
	char *buf;
	size_t size, len;
	bool hidden;   /* no echo; pasting is allowed */
	size_t escape; /* bytes of "ESC [ 200 ~" seen so far */
	bool (*stop)(void *ctx);
	void *ctx;
};

/* The signals that end a program wait until the terminal is as it was. */
static bool must_stop(void *ctx)
{
	struct typed *typed = ctx;
	sigset_t pending;
	if (!sigpending(&pending) && (sigismember(&pending, SIGTERM) == 1 ||
				      sigismember(&pending, SIGHUP) == 1 ||
				      sigismember(&pending, SIGINT) == 1 ||
				      sigismember(&pending, SIGQUIT) == 1))
		return true;
	return typed->stop && typed->stop(typed->ctx);
}

static void echo(const struct typed *typed, const char *text, size_t len)
{
	if (!typed->hidden)
		put(text, len);
}

static bool is_burst(void)
{
	int waiting = 0;
	return !ioctl(STDIN_FILENO, FIONREAD, &waiting) && waiting >= BURST_BYTES;
}

/* True when the byte ended the line; *result says how. */
static bool take_byte(struct typed *typed, char c, enum terminal_line *result)
{
	static const char begin[] = "\033[200~";
	if (c == begin[typed->escape]) {
		if (!begin[++typed->escape]) {
			*result = TERMINAL_PASTED;
			return true;
		}
		return false;
	}
	if (typed->escape) { /* an arrow or function key: ignored whole */
		if (!(c >= '0' && c <= '9') && c != ';' && c != '[' && c != 'O')
			typed->escape = 0;
		return false;
	}
	switch (c) {
	case '\r':
	case '\n':
		typed->buf[typed->len] = '\0';
		*result = TERMINAL_TYPED;
		return true;
	case 0x03:
	case 0x04:
		*result = TERMINAL_CANCELLED;
		return true;
	case 0x7f:
	case 0x08:
		if (typed->len) {
			typed->len--;
			echo(typed, "\b \b", 3);
		}
		return false;
	case 0x15:
		for (; typed->len; typed->len--)
			echo(typed, "\b \b", 3);
		return false;
	default:
		break;
	}
	if (c < 0x20)
		return false;
	if (typed->len + 1 == typed->size) {
		*result = TERMINAL_TOO_LONG;
		return true;
	}
	typed->buf[typed->len++] = c;
	echo(typed, &c, 1);
	return false;
}

static enum terminal_line read_typed(struct loop *loop, uint64_t deadline_ms, struct typed *typed)
{
	for (;;) {
		char c = 0;
		enum terminal_line result = TERMINAL_CANCELLED;
		switch (terminal_read_byte(loop, deadline_ms, must_stop, typed, &c)) {
		case TERMINAL_EOF:
		case TERMINAL_STOPPED:
			return TERMINAL_CANCELLED;
		case TERMINAL_LATE:
			return TERMINAL_EXPIRED;
		case TERMINAL_BYTE:
			if (!typed->hidden && is_burst())
				return TERMINAL_PASTED;
			if (take_byte(typed, c, &result))
				return result;
			break;
		}
	}
}

/* The rest of a paste must not be taken for commands afterwards. */
static void drop_rest(struct loop *loop)
{
	char c = 0;
	while (terminal_read_byte(loop, loop_now_ms() + SILENCE_MS, NULL, NULL, &c) == TERMINAL_BYTE)
		continue;
}

static enum terminal_line read_line(struct loop *loop, const char *prompt, uint64_t deadline_ms,
				    struct typed *typed)
{
	struct termios saved;
	if (tcgetattr(STDIN_FILENO, &saved))
		return TERMINAL_CANCELLED;
	sigset_t held, before;
	(void)sigemptyset(&held);
	(void)sigaddset(&held, SIGTERM);
	(void)sigaddset(&held, SIGHUP);
	(void)sigaddset(&held, SIGINT);
	(void)sigaddset(&held, SIGQUIT);
	(void)sigprocmask(SIG_BLOCK, &held, &before);
	struct termios raw = saved;
	raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO | ISIG | IEXTEN);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	/* TCSAFLUSH drops what was typed, or pasted, before the question was there. */
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
	put(prompt, strlen(prompt));
	if (!typed->hidden)
		put(paste_on, sizeof(paste_on) - 1);
	const enum terminal_line result = read_typed(loop, deadline_ms, typed);
	if (result == TERMINAL_PASTED || result == TERMINAL_TOO_LONG)
		drop_rest(loop);
	if (!typed->hidden)
		put(paste_off, sizeof(paste_off) - 1);
	put("\n", 1);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return result;
}

enum terminal_line terminal_read_typed(struct loop *loop, const char *prompt, uint64_t deadline_ms,
				       bool (*stop)(void *ctx), void *ctx, char *buf, size_t size)
{
	struct typed typed = {.buf = buf, .size = size, .stop = stop, .ctx = ctx};
	return read_line(loop, prompt, deadline_ms, &typed);
}

enum terminal_line terminal_read_hidden(struct loop *loop, const char *prompt, uint64_t deadline_ms,
					bool (*stop)(void *ctx), void *ctx, char *buf, size_t size)
{
	struct typed typed = {.buf = buf, .size = size, .hidden = true, .stop = stop, .ctx = ctx};
	return read_line(loop, prompt, deadline_ms, &typed);
}

bool terminal_read_line(struct loop *loop, char *buf, size_t size, bool *whole)
{
	size_t len = 0;
	char c = 0;
	*whole = true;
	for (;;) {
		if (terminal_read_byte(loop, 0, NULL, NULL, &c) != TERMINAL_BYTE)
			break;
		if (c == '\n')
			break;
		if (len + 1 < size)
			buf[len++] = c;
		else
			*whole = false;
	}
	buf[len] = '\0';
	return len || c == '\n';
}
