/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * completion - TAB from the command table: command words, then keywords, then drug names (from
 * three letters on, so that no drug is chosen by accident). Never asks the pump, never offers files.
 */
#ifndef PUMPCTL_COMPLETION_H
#define PUMPCTL_COMPLETION_H

/* readline's rl_attempted_completion_function. */
char **completion_words(const char *text, int start, int end);

#endif
