/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * background - lets pumpsim go on in the background once it is ready, so that who starts it
 * waits for that and for nothing else.
 */
#ifndef PUMPSIM_BACKGROUND_H
#define PUMPSIM_BACKGROUND_H

/*
 * Forks. The parent never returns: it waits for background_ready of the child and exits 0, or
 * with the child's exit code if that ends before. In the child: 0, or -errno without a fork.
 * *ready is a descriptor for background_ready.
 */
int background_begin(int *ready) __attribute__((warn_unused_result));
/*
 * Ready: lets the parent exit, leaves the terminal (stdin and stdout become /dev/null) and sends
 * stderr to the file log, made 0600 in directory. 0 or -errno.
 */
int background_ready(int ready, const char *directory, const char *log)
	__attribute__((warn_unused_result));

#endif
