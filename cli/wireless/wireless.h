/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * wireless - pumpctl's use of a Bluetooth adapter: refuses what cannot work and says why,
 * finds devices, connects, pairs at link level, and keeps link keys.
 *
 * The management socket comes from pumpctl-adapter or, for root, from the kernel. Without it
 * a pump whose address is known can still be reached, with the kernel's own connection
 * parameters and without link security; wireless_limit tells.
 */
#ifndef PUMPCTL_WIRELESS_H
#define PUMPCTL_WIRELESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

struct link;
struct loop;
struct wireless;

struct wireless_config {
	struct loop *loop;     /* borrowed until wireless_close, like state_dir */
	const char *state_dir; /* keeps the link keys */
	int adapter;           /* hciN */
	bool secure;           /* ask for link security; a pump with a link key gets it anyway */
	/*
	 * Asks the person for the six digits that the pump at address shows, turning the loop until
	 * stop says so. 0..999999, or negative: not given. NULL: nobody can be asked.
	 */
	int32_t (*ask_passkey)(void *ctx, const char *address, bool (*stop)(void *stop_ctx),
			       void *stop_ctx);
	void *ctx;
};

/*
 * Looks at the adapter. *out until wireless_close. NO_ADAPTER (also: no Bluetooth in this
 * kernel), ADAPTER_OFF, ADAPTER_BLOCKED, BLUETOOTHD_RUNS, FAILED.
 */
enum error_code wireless_open(struct wireless **out, const struct wireless_config *config,
			      struct error *error) __attribute__((warn_unused_result));
/* Accepts NULL. Links live on. */
void wireless_close(struct wireless *wireless);

/* Why the management socket cannot be used, as ADAPTER_DENIED with a detail; ERR_NONE: it can. */
enum error_code wireless_limit(const struct wireless *wireless, struct error *why);

/* A device as it was last heard. */
struct wireless_device {
	char address[32]; /* what --pump takes */
	bool is_random;
	bool is_pump; /* advertises the pump's service */
	int8_t rssi; /* dBm; 127: not known */
	size_t data_len;
	const uint8_t *data; /* advertising data as it was sent; borrowed for the call */
};

#define WIRELESS_UUID_LEN 16
/*
 * Listens for seconds. service: the pump's 128-bit UUID in text order; only_service: devices that
 * do not advertise it are not reported. on_device: each report. on_turn: at least four times a second; true ends the scan.
 * ADAPTER_DENIED, ADAPTER_BUSY, ADAPTER_GONE, ADAPTER_BLOCKED, FAILED.
 */
struct wireless_scan {
	const uint8_t *service;
	bool only_service;
	uint64_t seconds;
	void (*on_device)(void *ctx, const struct wireless_device *device);
	bool (*on_turn)(void *ctx);
	void *ctx;
};
enum error_code wireless_scan(struct wireless *wireless, const struct wireless_scan *scan,
			      struct error *error) __attribute__((warn_unused_result));

/*
 * Connects to address within timeout_ms, repeating silently where the first packets were missed,
 * and secures the link if that is wanted. 0 and *out (caller destroys). Also NOT_FOUND, BUSY,
 * PASSKEY_WRONG, NOT_CONFIRMED (no passkey given), LINK_NOT_SECURE, LINK_KEY_LOST: then the
 * link is closed and nothing was sent over it.
 */
enum error_code wireless_connect(struct wireless *wireless, const char *address, int timeout_ms,
				 struct link **out, struct error *error)
	__attribute__((warn_unused_result));
/*
 * True when a link that ended with this error (-errno) before the peer had answered anything should be
 * tried again without a word: its first packets were missed, or the kernel had still kept a link
 * that the peer had given up (it keeps one for two seconds after its last user).
 */
bool wireless_is_repeatable(int error);
/* Ends the link that the kernel still keeps to the peer of the last wireless_connect, before it is
 * tried again; where that is not allowed the kernel ends it after two seconds. */
void wireless_drop(struct wireless *wireless);
/*
 * The error of a link to a pump that ended with this errno (0: none known): ADAPTER_GONE or LINK_LOST, with
 * the reason in words. Fills *error and returns its code.
 */
enum error_code wireless_end(struct wireless *wireless, int link_error, struct error *error);

/*
 * Parameters of a download (15 to 30 ms), or slow ones after it (120 ms, and the pump may sleep
 * through four events), for the link that is open. Kernels before 6.11 keep them for the next one.
 */
void wireless_pace(struct wireless *wireless, bool is_fast);

/* True when a link key of this address is kept for the adapter. */
bool wireless_has_key(const struct wireless *wireless, const char *address);
/* Forgets the link key of address here and in the kernel. NOT_FOUND: there was none. */
enum error_code wireless_forget(struct wireless *wireless, const char *address,
				struct error *error) __attribute__((warn_unused_result));

/*
 * True for Debian's kernels 6.1.187 to 6.1.192, which use freed memory when an LE link is lost.
 * release and version as uname(2) gives them: Debian's patch level stands in the version.
 */
bool wireless_kernel_crashes(const char *release, const char *version);

/* One thing that was looked at, for doctor; result is for a person. */
struct wireless_check {
	const char *what;
	char result[200];
	bool well;
};
#define WIRELESS_CHECKS 5
/* Looks without changing anything. Returns how many of checks were filled. */
size_t wireless_look(int adapter, struct wireless_check checks[WIRELESS_CHECKS]);

#endif
