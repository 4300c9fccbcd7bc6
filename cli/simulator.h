/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * simulator - starts, asks and stops virtual pumps, which are pumpsim processes of their own.
 *
 * A pump of this workstation lies in <state>/sims/NAME; while it runs it answers control requests
 * (its --help and control.h say which) on its local socket.
 */
#ifndef PUMPCTL_SIMULATOR_H
#define PUMPCTL_SIMULATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state.h"

#define SIMULATOR_NAME_MAX   32
#define SIMULATOR_PATH_MAX   512
#define SIMULATOR_ANSWER_MAX 1024
#define SIMULATOR_MODEL_MAX  15

struct simulator_about {
	char name[SIMULATOR_NAME_MAX + 1];
	char serial[STATE_SERIAL_MAX + 1];
	char model[SIMULATOR_MODEL_MAX + 1];
};

/* Digits only. False: not that, or too large; *out untouched. */
bool simulator_number(const char *text, int64_t *out);

/* <state>/sims, made if absent. buf: SIMULATOR_PATH_MAX bytes. 0, -ENAMETOOLONG or -errno. */
int simulator_root(const char *state_dir, char *buf) __attribute__((warn_unused_result));
/* The directory of one pump, which need not exist. As simulator_root. */
int simulator_directory(const char *state_dir, const char *name, char *buf)
	__attribute__((warn_unused_result));
/* What directory says of its pump. 0, -ENOENT no pump there, -EBADMSG, -errno. */
int simulator_about(const char *directory, struct simulator_about *about)
	__attribute__((warn_unused_result));

/* One line of an answer, NUL-terminated, borrowed for the call. */
typedef void (*simulator_line_fn)(void *ctx, const char *line);
/*
 * Sends request to the running pump called name and waits at most timeout_ms (negative: without
 * limit) between two messages of its answer. line (may be NULL) gets each line; answer
 * (SIMULATOR_ANSWER_MAX bytes, may be NULL) what follows "ok", or the reason of a "no".
 * 0; -ENODEV nothing of that name runs; -EREMOTEIO answered no; -ETIMEDOUT; -ECONNRESET it ended
 * meanwhile; -EPROTO; or -errno.
 */
int simulator_ask(const char *name, const char *request, int timeout_ms, simulator_line_fn line,
		  void *ctx, char *answer) __attribute__((warn_unused_result));

/*
 * Runs pumpsim (beside this program, else on PATH) with arguments (after the program's name,
 * NULL-terminated) until it ends or has gone to the background. keys (may be NULL) is what it reads
 * from descriptor SIMULATOR_KEY_FD. said: what it wrote, NUL-terminated, cut to size. Returns its
 * exit code, -ETIMEDOUT (it was killed), or -errno.
 */
#define SIMULATOR_KEY_FD      3
#define SIMULATOR_KEY_FD_TEXT "3"
#define SIMULATOR_KEYS_LEN    69 /* pairing key (32), advert key (32), randomness of the card code (5) */
int simulator_spawn(const char *const *arguments, const uint8_t *keys, int timeout_ms, char *said,
		    size_t size) __attribute__((warn_unused_result));

/* Process id that the pump in directory noted when it last started; 0: it was shut down. */
long simulator_pid(const char *directory);

/*
 * Lets the pump in directory shut down and waits until its process has ended. 0; -ENODEV it does
 * not run; -ETIMEDOUT it still runs; or -errno.
 */
int simulator_stop(const char *directory, int timeout_ms) __attribute__((warn_unused_result));

/* A running virtual pump as it truly is. Volumes in nL. */
struct simulator_status {
	char transport[48], therapy[16]; /* "local" or "hciN ADDRESS"; "running", "stopped", … */
	int64_t pid, connected, therapy_s, rate, reservoir, believed, delivered, alarms, log_first,
		log_last, pdus;
};

/*
 * Asks the pump called name that lies in directory. 0; -ENODEV it does not run; -EEXIST another
 * pump of that name runs, from another state directory; or as simulator_ask.
 */
int simulator_look(const char *directory, const char *name, struct simulator_status *status)
	__attribute__((warn_unused_result));

#endif
