/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * finder - pumps and other devices that can be reached now, as one list: local virtual pumps,
 * which are asked over their sockets, and what a Bluetooth adapter hears.
 */
#ifndef PUMPCTL_FINDER_H
#define PUMPCTL_FINDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "session_advert.h"

struct wireless_device;

#define FINDER_MAX          64
#define FINDER_TEXT_MAX     48
#define FINDER_ADV_MAX      62 /* legacy advertising and scan response data */
#define FINDER_RSSI_UNKNOWN 127

struct found_pump {
	char address[FINDER_TEXT_MAX]; /* "sim:NAME" or a Bluetooth address: what --pump takes */
	bool has_advert;               /* it says of itself that it is such a pump: */
	uint8_t advert[SESSION_ADVERT_LEN];
	bool window_open;              /* a magnet was held over it less than 120 s ago */
	bool is_local;                 /* a virtual pump of this computer */
	bool is_random;                /* address type; false: public */
	bool is_pump;                  /* advertises the service of a pump */
	int8_t rssi;                   /* dBm; FINDER_RSSI_UNKNOWN */
	uint64_t heard_ms;             /* finder_now_ms() when it was last heard */
	size_t adv_len;
	uint8_t adv[FINDER_ADV_MAX];   /* advertising data as it was sent, cut to fit */
};

/* The clock of heard_ms. */
uint64_t finder_now_ms(void);

/*
 * Asks every socket of link_local_directory(); those nobody serves are passed over. Fills up to
 * max entries by name; *count of them. 0, or -errno when the directory cannot be used.
 */
int finder_scan(int timeout_ms, struct found_pump *found, size_t max, size_t *count)
	__attribute__((warn_unused_result));

/*
 * Takes a report of the adapter into the list of count entries (at most FINDER_MAX; when it is
 * full, in place of the device that was not heard for longest). Returns its entry; *is_news:
 * first heard, or it opened or closed its window.
 */
const struct found_pump *finder_hear(struct found_pump *found, size_t *count,
				     const struct wireless_device *device, uint64_t now_ms,
				     bool *is_news);

/* Name that a device advertises (any bytes; borrowed from pump); NULL: none. *len of it. */
const char *finder_name(const struct found_pump *pump, size_t *len);

#endif
