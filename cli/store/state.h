/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * state - the state directory: one directory = one workstation identity, audit origin and
 * pairing set. Directories 0700, files 0600; replaced atomically and durably.
 */
#ifndef PUMPCTL_STORE_STATE_H
#define PUMPCTL_STORE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATE_PATH_MAX        1024
#define STATE_SERIAL_MAX      23
#define STATE_ADDRESS_MAX     63
#define STATE_KEY_LEN         32
#define STATE_WORKSTATION_LEN 8
#define STATE_ADVERT_KEY_LEN  32

/* A pump this workstation is paired with: <state>/pairings/SERIAL (text, docs/architecture.md). */
struct state_pairing {
	char serial[STATE_SERIAL_MAX + 1];
	char address[STATE_ADDRESS_MAX + 1]; /* "sim:NAME" or "AA:BB:CC:DD:EE:FF[/random]" */
	uint8_t key[STATE_KEY_LEN];
	uint8_t workstation[STATE_WORKSTATION_LEN];
	bool has_advert_key;
	uint8_t advert_key[STATE_ADVERT_KEY_LEN]; /* maps its advertisements to it */
};

/*
 * Finds the directory: explicit_dir if not NULL, else $PUMPCTL_STATE_DIR, else
 * $XDG_STATE_HOME/pumpctl, else ~/.local/state/pumpctl; makes it. 0, -ENAMETOOLONG, -ENOENT (no
 * home), -EPERM (open to others), -errno.
 */
int state_directory(const char *explicit_dir, char *buf, size_t size)
	__attribute__((warn_unused_result));
/* Its name alone, whether it is there or not. 0, -ENAMETOOLONG, -ENOENT (no home). */
int state_directory_name(const char *explicit_dir, char *buf, size_t size)
	__attribute__((warn_unused_result));

/* Writes len bytes to dir/name: temporary file, fsync, rename, fsync of dir. 0 or -errno. */
int state_replace_file(const char *dir, const char *name, const void *data, size_t len)
	__attribute__((warn_unused_result));
/* Reads a whole file of at most size bytes. Returns the length, -EFBIG or -errno. */
long state_read_file(const char *dir, const char *name, void *buf, size_t size)
	__attribute__((warn_unused_result));

/* The identity of this workstation, made when it is first needed. 0, -EBADMSG or -errno. */
int state_workstation(const char *state_dir, uint8_t id[STATE_WORKSTATION_LEN])
	__attribute__((warn_unused_result));

/* Stores, reads (by serial or address), removes a pairing. -ENOENT, -EBADMSG (not readable as
 * one), -EPERM (readable by others), -errno. Keys are the caller's to wipe. */
int state_pairing_store(const char *state_dir, const struct state_pairing *pairing)
	__attribute__((warn_unused_result));
int state_pairing_find(const char *state_dir, const char *serial_or_address,
		       struct state_pairing *out) __attribute__((warn_unused_result));
int state_pairing_remove(const char *state_dir, const char *serial)
	__attribute__((warn_unused_result));
/* Calls visit for each pairing that can be read, by serial. 0, or why the first other one cannot. */
typedef void (*state_pairing_fn)(void *ctx, const struct state_pairing *pairing);
int state_pairing_visit(const char *state_dir, state_pairing_fn visit, void *ctx)
	__attribute__((warn_unused_result));

/*
 * Locks a pump for one session: flock on <state>/pumps/SERIAL.lock. Returns the fd (close to
 * unlock), -EBUSY with the holder's pid in *holder (untouched if it is not noted), or -errno.
 * That the pid cannot be noted is no error.
 */
int state_pump_lock(const char *state_dir, const char *serial, long *holder)
	__attribute__((warn_unused_result));

#endif
