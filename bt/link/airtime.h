/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * airtime - how long LE packets take on the air, and what one connection can carry at most.
 * Pure arithmetic in whole microseconds and bits per second.
 *
 * A packet has a preamble (1 octet at 1M, 2 at 2M), access address 4, header 2, payload, MIC 4 when
 * encrypted and not empty, CRC 3 (Core 5.3, Vol 6, Part B, 2.1 and 2.2). A pair is one packet of
 * each side with 150 us after each (T_IFS, 4.1.1). An ATT PDU travels behind an L2CAP header of 4
 * octets (Vol 3, Part A, 3.1), cut into payloads of the data length.
 */
#ifndef PUMPCTL_BT_AIRTIME_H
#define PUMPCTL_BT_AIRTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AIRTIME_IFS_US       150
#define AIRTIME_L2CAP_HEADER 4
/* Opcode and handle in front of a notified value (Core Vol 3, Part F, 3.4.7.1). */
#define AIRTIME_NOTIFY_HEADER 3

/* Data length: payload octets of one packet (Core Vol 6, Part B, 4.5.10). */
#define AIRTIME_DATA_MIN 27
#define AIRTIME_DATA_MAX 251
/* Connection interval and its step (Core Vol 6, Part B, 4.5.1). */
#define AIRTIME_INTERVAL_MIN_US  7500
#define AIRTIME_INTERVAL_MAX_US  4000000
#define AIRTIME_INTERVAL_STEP_US 1250

enum airtime_phy { AIRTIME_1M = 1, AIRTIME_2M = 2 };

struct airtime {
	enum airtime_phy phy;
	uint16_t data_len; /* AIRTIME_DATA_MIN to AIRTIME_DATA_MAX */
	bool is_encrypted;
	uint32_t interval_us; /* 0: pairs follow one another without end */
	uint16_t packets;     /* pairs in one connection event; 0: as many as fit */
};

/* False: a member is outside of what Bluetooth allows. */
bool airtime_is_valid(const struct airtime *air);

/* One packet with so many octets of payload (0: the empty packet), us. */
uint32_t airtime_packet(const struct airtime *air, size_t payload);
/* A packet of so many octets against one of the other side, us. */
uint32_t airtime_pair(const struct airtime *air, size_t payload, size_t other);

/*
 * Most octets of notified values that air carries at this MTU (23 to 517) without loss, as bit/s,
 * rounded down. An event takes whole pairs; where a PDU needs several pairs it may go on in the
 * next event.
 */
uint32_t airtime_bound(const struct airtime *air, uint16_t mtu);

#endif
