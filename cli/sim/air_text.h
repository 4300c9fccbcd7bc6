/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * air_text - the air of a virtual pump's local link as text: KEY VALUE …, blanks between.
 *
 *     interval US        connection interval, steps of 1250
 *     latency N          events that the pump may sleep through
 *     supervision MS     silence that ends the link
 *     packets N          packet pairs in one event; 0: as many as fit
 *     phy 1M|2M
 *     data-length N      octets of one packet, 27 to 251
 *     loss PPM           packet pairs lost in a million
 *     seed N             of the loss, from the next connection on
 *     range in|out       out: nothing gets through
 */
#ifndef PUMPSIM_AIR_TEXT_H
#define PUMPSIM_AIR_TEXT_H

#include "shaper_link.h"

/* Longest text of air_text_print, with its NUL. */
#define AIR_TEXT_MAX 256

/* Changes what text names in config and seed. NULL, or why not (static): then nothing is changed. */
const char *air_text_parse(const char *text, struct shaper_config *config, uint64_t *seed);
/* Every key but the seed, one to a line: "KEY VALUE\nKEY VALUE…". Returns its length. */
size_t air_text_print(const struct shaper_config *config, char buf[AIR_TEXT_MAX]);

#endif
