/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * terminal - bytes from standard input while the loop goes on, and a line read without readline.
 *
 * The session keeps being served while a person thinks: every wait here turns the loop.
 */
#ifndef PUMPCTL_TERMINAL_H
#define PUMPCTL_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;

/* Clears the screen and what was scrolled off it: of what must not be seen any more. */
#define TERMINAL_CLEAR "\033[H\033[2J\033[3J"

enum terminal_event {
	TERMINAL_BYTE,    /* *byte is there */
	TERMINAL_EOF,     /* standard input ended */
	TERMINAL_LATE,    /* the deadline passed */
	TERMINAL_STOPPED, /* stop() said so */
};

/* Waits as terminal_read_byte does, but leaves the byte where it is. */
enum terminal_event terminal_wait(struct loop *loop, uint64_t deadline_ms,
				  bool (*stop)(void *ctx), void *ctx);

/*
 * Waits for one byte of standard input. deadline_ms: loop_now_ms() time, 0: none. stop (may be
 * NULL) is asked at least four times a second. Turns the loop all the while.
 */
enum terminal_event terminal_read_byte(struct loop *loop, uint64_t deadline_ms,
				       bool (*stop)(void *ctx), void *ctx, char *byte);

enum terminal_line {
	TERMINAL_TYPED,     /* buf holds the line */
	TERMINAL_CANCELLED, /* Ctrl-C, Ctrl-D, end of input, a terminating signal, or stop() */
	TERMINAL_EXPIRED,   /* not finished by the deadline */
	TERMINAL_PASTED,    /* not typed by hand: bracketed paste, or more bytes at once than fingers type */
	TERMINAL_TOO_LONG,
};

/*
 * Reads one line that must be typed by hand on the terminal of standard input: no readline, no
 * history, no macros; what was typed ahead is dropped; editing by Backspace and Ctrl-U. The
 * terminal's settings are restored before returning. prompt goes to stderr.
 */
enum terminal_line terminal_read_typed(struct loop *loop, const char *prompt, uint64_t deadline_ms,
				       bool (*stop)(void *ctx), void *ctx, char *buf, size_t size);

/* The same without echo, for a passphrase: it may be pasted. buf is the caller's to wipe. */
enum terminal_line terminal_read_hidden(struct loop *loop, const char *prompt, uint64_t deadline_ms,
					bool (*stop)(void *ctx), void *ctx, char *buf, size_t size);

/*
 * Reads one line of a pipe or file, without its end of line. false: end of input. A line longer
 * than size - 1 is returned cut, with *whole false.
 */
bool terminal_read_line(struct loop *loop, char *buf, size_t size, bool *whole);

#endif
