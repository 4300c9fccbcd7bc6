/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nvm - the directory that is one virtual pump: its non-volatile memory, its body and its name.
 *
 *     nvm      the memory, byte for byte as the pump model lays it out
 *     body     what is true of the body (flow, fill), opaque, PUMP_BODY_LEN bytes
 *     about    {"model":…,"name":…,"serial":…}; written last, so a directory that has it is whole
 *     running  there while a pumpsim runs on it; holds its process id. Found at start: the last
 *              run ended without a shut-down, as after a power loss
 *
 * Directory 0700, files 0600. The memory file is locked (flock) while open.
 */
#ifndef PUMPSIM_NVM_H
#define PUMPSIM_NVM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pump.h"

#define NVM_NAME_MAX 32

struct nvm_about {
	char name[NVM_NAME_MAX + 1];
	char serial[SERIAL_MAX + 1];
	char model[MODEL_MAX + 1];
};

struct nvm {
	int directory, file, body;
	void *mapping;        /* readable only: the memory changes through nvm_write alone */
	const uint8_t *bytes; /* the same */
	size_t size;
	bool power_lost; /* the last run ended without a clean nvm_close */
	bool unsynced;   /* written since the last nvm_sync */
	struct nvm_about about;
	uint8_t saved_body[PUMP_BODY_LEN];
};

/*
 * Makes the directory and, in it, memory of size bytes, formatted for birth. -EEXIST: a pump is
 * there; -EINVAL: the model refuses birth or size; or -errno: nothing counts as made.
 */
int nvm_create(const char *directory, const struct pump_birth *birth, size_t size,
	       const char *name) __attribute__((warn_unused_result));

/* Takes back a pump that was only half made: without `about` the directory holds none. */
void nvm_discard(const char *directory);

/*
 * Opens a pump for one run and notes that it runs. name (may be NULL): must be its name.
 * -ENOENT: no pump there; -EBUSY: another process runs it; -EBADMSG: not readable as one;
 * -ENXIO: it has another name; or -errno. On error nothing is left open.
 */
int nvm_open(struct nvm *nvm, const char *directory, const char *name)
	__attribute__((warn_unused_result));
/* Writes len bytes at offset; seen at once in nvm->bytes, durable after nvm_sync. 0 or -errno. */
int nvm_write(struct nvm *nvm, size_t offset, const uint8_t *data, size_t len)
	__attribute__((warn_unused_result));
/* Makes all writes durable. 0 or -errno: what is durable is not known. */
int nvm_sync(struct nvm *nvm) __attribute__((warn_unused_result));
/* Keeps the body; needs no sync, the body is no memory of the pump. 0 or -errno. */
int nvm_save_body(struct nvm *nvm, const uint8_t body[PUMP_BODY_LEN])
	__attribute__((warn_unused_result));
/* Closes. clean: the pump was shut down, so the next start is no power loss. */
void nvm_close(struct nvm *nvm, bool clean);

#endif
