/* SPDX-License-Identifier: GPL-3.0-or-later */
/* air_pairing - enrols the workstation of air_clinic with the card code, by the engine's own machine. */
#ifndef PUMPCTL_TESTS_AIR_PAIRING_H
#define PUMPCTL_TESTS_AIR_PAIRING_H

#include "air_clinic.h"

struct air_pairing {
	bool is_enrolled; /* the pump said so: key and slot hold */
	bool has_ended, was_broken_off; /* broken off: the programmer did not like what it heard */
	enum client_end end;
	uint8_t key[PAIRING_KEY_LEN];
	uint8_t slot;
	uint64_t took_us; /* virtual time */
};

/* A magnet is held over the pump, then one enrolment runs to its end. */
struct air_pairing air_pair(void);
/* The workstation uses this key from now on. */
void air_pairing_keep(const struct air_pairing *pairing);

#endif
