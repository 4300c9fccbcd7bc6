/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shaper - one LE connection as time on the air: PDUs go in on one side and come out on the other
 * when a real link would have carried them. Pure: time is passed in, chance comes from a seed, all
 * memory is the caller's, so one run is like every other with the same calls.
 *
 * What is modelled (Core 5.3, Vol 6, Part B, 4.5):
 * - Connection events, one in each interval, made of packet pairs (airtime.h). An event goes on
 *   while one side says in its packet that it has more, packets are left and the next pair ends
 * within the interval.
 * - A PDU with its L2CAP header is cut into payloads of the data length and arrives with the last.
 * - A lost pair is repeated and costs its time; two in a row end the event. Above the link layer
 *   loss shows only as delay.
 * - Latency: the peripheral may sleep through so many events while it has nothing to send.
 * - Supervision: without one pair that goes through for so long, the connection has ended. Out of
 *   range no pair goes through.
 * - A new interval, latency or supervision timeout holds from the sixth event after it was asked
 *   for (5.1.1); the rest at once.
 * - What each host does with it: a send queue of SHAPER_SEND_MAX PDUs that refuses more, and a
 *   receive queue of SHAPER_RECEIVE_MAX PDUs that drops more without a word, as the kernel's ATT
 *   sockets do with a reader that is too slow.
 */
#ifndef PUMPCTL_BT_SHAPER_H
#define PUMPCTL_BT_SHAPER_H

#include "airtime.h"
#include "link.h"

#define SHAPER_SEND_MAX    32
#define SHAPER_RECEIVE_MAX 200
#define SHAPER_NEVER       UINT64_MAX
#define SHAPER_PPM         1000000

enum shaper_side { SHAPER_CENTRAL, SHAPER_PERIPHERAL, SHAPER_SIDES };

struct shaper_config {
	struct airtime air; /* interval not 0 */
	uint16_t latency;   /* events, 0 to 499 */
	uint32_t supervision_ms;
	uint32_t loss_ppm; /* chance of a pair to be lost, 0 to SHAPER_PPM */
	bool is_out_of_range;
};

struct shaper_pdu {
	uint16_t len;
	uint8_t bytes[LINK_PDU_MAX];
};

/* Private: what one side sends. */
struct shaper_way {
	struct shaper_pdu unsent[SHAPER_SEND_MAX], received[SHAPER_RECEIVE_MAX];
	size_t unsent_at, unsent_count, received_at, received_count;
	size_t carried; /* octets of the first unsent PDU that went through */
	size_t payload; /* in the pair on the air */
	uint64_t dropped;
};

/* Private; about 240 KiB. */
struct shaper {
	struct shaper_config config, wanted;
	unsigned events_until_wanted;         /* 0: config is what is wanted */
	struct shaper_way ways[SHAPER_SIDES]; /* by the side that sends */
	uint64_t anchor_us;                   /* of the event under way, else of the next */
	uint64_t at_us;    /* end of the pair on the air, else earliest start of the next */
	uint64_t heard_us; /* end of the last pair that went through */
	uint64_t random;
	uint32_t pairs; /* of the event under way */
	uint32_t slept; /* events since the peripheral last listened */
	bool is_in_event, is_on_air, has_more, was_lost, is_awake, is_ended;
	uint64_t carried_pairs, lost_pairs; /* since the beginning */
};

/* Typical of a phone or workstation: 30 ms, as many pairs as fit, 1M, data length 251, encrypted,
 * no latency, 6 s of supervision, no loss. */
void shaper_default(struct shaper_config *config);
/* False: a value is outside of what this header and Bluetooth allow. */
bool shaper_is_valid(const struct shaper_config *config);

/* A connection whose first event begins at now_us. config must be valid. */
void shaper_init(struct shaper *s, const struct shaper_config *config, uint64_t seed,
                 uint64_t now_us);
/* now_us never goes back, here and below. config must be valid. */
void shaper_change(struct shaper *s, const struct shaper_config *config, uint64_t now_us);

/* Takes one PDU from side. 0; -EAGAIN: its queue is full; -EMSGSIZE; -ENOTCONN: ended. */
int shaper_send(struct shaper *s, enum shaper_side side, const uint8_t *pdu, size_t len,
                uint64_t now_us) __attribute__((warn_unused_result));
/*
 * The oldest PDU that arrived at side; NULL: none. Valid until shaper_take of this side, which
 * gives its place back.
 */
const struct shaper_pdu *shaper_peek(const struct shaper *s, enum shaper_side side);
void shaper_take(struct shaper *s, enum shaper_side side);

/* side has closed: what it sent arrives at once. */
void shaper_flush(struct shaper *s, enum shaper_side side, uint64_t now_us);

/* PDUs that wait in side's send queue, and that were dropped on arrival at side. */
size_t shaper_unsent(const struct shaper *s, enum shaper_side side);
uint64_t shaper_dropped(const struct shaper *s, enum shaper_side side);
/* The supervision timeout struck. What had arrived can still be taken. */
bool shaper_is_ended(const struct shaper *s);

/* Lets everything up to now_us happen. */
void shaper_run(struct shaper *s, uint64_t now_us);
/* When shaper_run must be called next for anything to arrive or end in time, or SHAPER_NEVER. */
uint64_t shaper_next(const struct shaper *s);

#endif
