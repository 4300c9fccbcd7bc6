/* SPDX-License-Identifier: GPL-3.0-or-later */
/* passkey - asks for the six digits that a Bluetooth peer shows while a link is being paired. */
#ifndef PUMPCTL_PASSKEY_H
#define PUMPCTL_PASSKEY_H

#include <stdbool.h>
#include <stdint.h>

struct loop;

/* Reads six digits, blanks between them allowed. Returns 0..999999, or -1: that is no passkey. */
int32_t passkey_parse(const char *text);

/*
 * Asks on the terminal, or takes one line of standard input where that is none; turns the loop
 * meanwhile. stop is asked again and again and ends the question. 0..999999, or -1: none given,
 * none typed within 30 s (Core Vol 3, Part H, 3.4), or not six digits.
 */
int32_t passkey_ask(struct loop *loop, const char *address, bool (*stop)(void *ctx), void *ctx);

#endif
