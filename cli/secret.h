/* SPDX-License-Identifier: GPL-3.0-or-later */
/* secret - a passphrase, from the terminal without echo or from --passphrase-fd; never from elsewhere. */
#ifndef PUMPCTL_SECRET_H
#define PUMPCTL_SECRET_H

#include <stddef.h>

#include "error.h"

struct app;

#define SECRET_MAX 129 /* with its NUL */

/*
 * Reads one passphrase into buf (SECRET_MAX bytes, which the caller has locked and wipes). what: "passphrase of
 * anna". --passphrase-fd gives one line for each passphrase of the command, in the order in which they
 * are asked for. NOT_SIGNED: none came.
 */
enum error_code secret_read(struct app *app, const char *what, char *buf, struct error *error)
	__attribute__((warn_unused_result));
/* A new one: on the terminal twice, and both must be the same. */
enum error_code secret_read_new(struct app *app, const char *what, char *buf, struct error *error)
	__attribute__((warn_unused_result));

#endif
