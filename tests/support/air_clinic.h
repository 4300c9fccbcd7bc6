/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * air_clinic - the programmer's session and the virtual pump as the programs have them, ATT and
 * GATT in between, over the air of air.h in virtual time. Only the local socket is replaced: the
 * program is linked with --wrap=link_local_open.
 */
#ifndef PUMPCTL_TESTS_AIR_CLINIC_H
#define PUMPCTL_TESTS_AIR_CLINIC_H

#include "air.h"
#include "archive.h"
#include "peripheral.h"
#include "session.h"
#include "state.h"

/* The only operator of the pump, a supervisor; its key is in the state directory. */
#define AIR_OPERATOR   "trainer"
#define AIR_PASSPHRASE "training"

struct air_clinic {
	struct loop *loop;
	char state_dir[64], pump_dir[80];
	struct nvm nvm;
	struct peripheral *pump;
	struct audit *audit;
	struct archive *archive;
	struct session *session; /* NULL: none */
	struct error error;      /* of the last call that failed */
	uint64_t stored;         /* records that the pulls added, all together */
};

extern struct air_clinic clinic;

/* A pump with so many days of history and this server MTU, and a workstation that is paired with it. */
void air_clinic_open(uint64_t days, uint16_t mtu);
void air_clinic_close(void);
/* Archive and audit trail are new and empty; no session; config and seed for the air. */
void air_clinic_reset(const struct shaper_config *config, uint64_t seed);

/* Turns the loop until the pump has noticed that no link is open. */
void air_clinic_settle(void);
/* Serial, workstation id and card code, into buffers of their sizes. */
void air_clinic_identity(char *serial, uint8_t *workstation, char *card_code);
/* Stores this pairing key for the pump. */
void air_clinic_pair(const uint8_t key[STATE_KEY_LEN]);

/* Opens a session; the error code. */
enum error_code air_clinic_connect(void);
void air_clinic_disconnect(void);
/* Pulls the log in the open session; the error code. progress may be NULL. */
enum error_code air_clinic_pull(void (*progress)(void *ctx, uint64_t stored, uint64_t wanted));
/* Records that the pump retains; the octets of all of them. */
uint64_t air_clinic_records(uint64_t *octets);
/* The archive holds exactly what the pump retains, byte for byte. */
void air_clinic_check_archive(void);

#endif
