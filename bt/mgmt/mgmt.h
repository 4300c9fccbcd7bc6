/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mgmt - commands and events of the kernel's Bluetooth management socket, over a descriptor that
 * somebody else opened (mgmt_open.h; a socket pair in tests).
 *
 * Layouts: BlueZ doc/mgmt-protocol.rst. A command waits for its answer, at most MGMT_WAIT_MS;
 * events that arrive meanwhile, of any adapter, go to the listener at once. A socket that nobody
 * reads fills up until the kernel drops its answers too: attach it to a loop.
 *
 * Errors of all functions, from the status of a command: -ENODEV no such adapter; -ENETDOWN it
 * is powered off; -EPERM no CAP_NET_ADMIN; -EBUSY; -EOPNOTSUPP the adapter or the kernel cannot
 * do it; -EINVAL; -ERFKILL blocked by a switch; -ECONNREFUSED rejected by the kernel;
 * -ENOTCONN; -EACCES authentication failed; -EKEYREJECTED not paired; -EALREADY; -ENOTUNIQ
 * paired already; -ECANCELED; -ETIMEDOUT no answer; -EIO any other status; -EPROTO a malformed
 * answer; -EPIPE the socket has ended; or its errno.
 */
#ifndef PUMPCTL_BT_MGMT_H
#define PUMPCTL_BT_MGMT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;
struct mgmt;

/* Setting power takes the kernel up to 2 s (HCI command time-out) on slow controllers. */
#define MGMT_WAIT_MS     5000
#define MGMT_INDEX_NONE  0xffff
#define MGMT_ADDRESS_LEN 7 /* device address in kernel order, and its type */

enum mgmt_address_type { MGMT_LE_PUBLIC = 1, MGMT_LE_RANDOM = 2 };

/* One device as mgmt names it. */
struct mgmt_peer {
	uint8_t address[6]; /* kernel order: least significant first */
	uint8_t type;       /* enum mgmt_address_type; 0 BR/EDR */
};

/* Parameters as they came (borrowed). The listener may post commands, not wait for any. */
typedef void (*mgmt_event_fn)(void *ctx, uint16_t event, uint16_t index, const uint8_t *params,
                              size_t len);

/* Owns fd from now on, also on failure. NULL: out of memory. */
struct mgmt *mgmt_create(int fd);
/* Closes the descriptor. Accepts NULL. */
void mgmt_destroy(struct mgmt *mgmt);
void mgmt_set_listener(struct mgmt *mgmt, mgmt_event_fn fn, void *ctx);

/* Hands events over from the loop (borrowed) until mgmt_destroy. 0 or as loop_add_fd. */
int mgmt_attach(struct mgmt *mgmt, struct loop *loop) __attribute__((warn_unused_result));
/* Hands over what has arrived, without waiting. 0, or why the socket cannot be read any more. */
int mgmt_receive(struct mgmt *mgmt);

/*
 * Sends one command for adapter hci<index> (MGMT_INDEX_NONE: for none) and waits for its answer.
 * The parameters of the reply go to reply (*reply_len: in its size, out what came; longer ones
 * are cut); both may be NULL. 0 or an error above. -ETIMEDOUT: it may still take effect.
 */
int mgmt_command(struct mgmt *mgmt, int index, uint16_t opcode, const uint8_t *params, size_t len,
                 uint8_t *reply, size_t *reply_len) __attribute__((warn_unused_result));
/* The same without waiting; a failure of the kernel's is not seen. */
int mgmt_post(struct mgmt *mgmt, int index, uint16_t opcode, const uint8_t *params, size_t len);

/* Error of the header for a status; 0 for success. */
int mgmt_status_error(uint8_t status);

/* Shared by the modules of bt/mgmt_*: little endian words, and a peer in 7 bytes. */
uint32_t mgmt_get_u32(const uint8_t *bytes);
void mgmt_put_u32(uint8_t *bytes, uint32_t value);
void mgmt_put_peer(uint8_t bytes[MGMT_ADDRESS_LEN], const struct mgmt_peer *peer);
struct mgmt_peer mgmt_get_peer(const uint8_t bytes[MGMT_ADDRESS_LEN]);
bool mgmt_same_peer(const struct mgmt_peer *a, const struct mgmt_peer *b);

#endif
