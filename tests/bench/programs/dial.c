/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dial INDEX ADDRESS PROGRAM [WORDS…]: connects adapter hciINDEX to a peer's ATT channel and becomes PROGRAM, which
 * finds the link as its descriptor 3. Exit: that of PROGRAM; 1 not connected; 2 usage.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "link_l2cap.h"

#define WAIT_MS 20000

int main(int argc, char *argv[])
{
	uint8_t peer[6];
	bool is_random;
	struct link *link;
	if (argc < 4 || argv[1][0] < '0' || argv[1][0] > '9' || !link_l2cap_parse_address(argv[2], peer, &is_random)) {
		(void)fputs("usage: dial INDEX ADDRESS PROGRAM [WORDS…]\n", stderr);
		return 2;
	}
	const int err = link_l2cap_connect(&link, argv[1][0] - '0', peer, is_random, WAIT_MS);
	if (err) {
		(void)fprintf(stderr, "dial: %s: %s\n", argv[2], strerror(-err));
		return 1;
	}
	/* A duplicate stays open in the next program; the link's own descriptor does not. */
	const int spare = dup(link_fd(link));
	if (spare < 0 || dup2(spare, 3) < 0)
		return 1;
	(void)fputs("connected\n", stderr);
	(void)execvp(argv[3], argv + 3);
	perror(argv[3]);
	return 1;
}
