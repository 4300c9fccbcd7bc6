/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim_options - pumpsim's command line. Its long options are the ones listed in sim_options.c. */
#ifndef PUMPSIM_SIM_OPTIONS_H
#define PUMPSIM_SIM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct sim_options {
	bool create, foreground;
	bool unpaired;           /* no workstation is paired with the new pump */
	const char *name, *state; /* of the pump; its directory */
	/* Running. */
	uint64_t speed, mtu;
	const char *air; /* air_text.h; NULL: the local link takes no time */
	int hci; /* -1: local socket only */
	/* Creating. Texts are canonical quantities ("10 mg/mL"); drug NULL: a pump without program. */
	const char *serial, *model, *drug, *concentration, *dose, *reservoir, *low_alarm;
	const char *workstation; /* 16 hexadecimal digits */
	const char *operator_id, *operator_key; /* first supervisor: id, 64 hexadecimal digits; or NULL */
	int key_fd;              /* gives the 32 bytes of the pairing key */
	uint64_t days, log_slots;
};

/* What was asked for. */
enum sim_options_result { SIM_OPTIONS_RUN, SIM_OPTIONS_HELP, SIM_OPTIONS_VERSION, SIM_OPTIONS_BAD };

/* Reads arguments (borrowed). BAD: said on stderr why. */
enum sim_options_result sim_options_read(int count, char *arguments[], struct sim_options *out);
/* The help text; static. */
const char *sim_options_help(void);

#endif
