/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shaper.h"

#include <errno.h>
#include <string.h>

#define INTERVAL_DEFAULT_US    30000
#define SUPERVISION_DEFAULT_MS 6000
/* Core Vol 6, Part B, 4.5.1 and 4.5.2. */
#define LATENCY_MAX        499
#define SUPERVISION_MIN_MS 100
#define SUPERVISION_MAX_MS 32000
/* Least number of events between asking for new parameters and their instant (5.1.1). */
#define EVENTS_TO_INSTANT 6

void shaper_default(struct shaper_config *config)
{
	*config = (struct shaper_config){
	        .air = {.phy = AIRTIME_1M,
	                .data_len = AIRTIME_DATA_MAX,
	                .is_encrypted = true,
	                .interval_us = INTERVAL_DEFAULT_US},
	        .supervision_ms = SUPERVISION_DEFAULT_MS,
	};
}

bool shaper_is_valid(const struct shaper_config *config)
{
	uint64_t silent_us = (config->latency + UINT64_C(1)) * config->air.interval_us * 2;

	return airtime_is_valid(&config->air) && config->air.interval_us > 0 &&
	       config->latency <= LATENCY_MAX && config->loss_ppm <= SHAPER_PPM &&
	       config->supervision_ms >= SUPERVISION_MIN_MS &&
	       config->supervision_ms <= SUPERVISION_MAX_MS &&
	       config->supervision_ms * UINT64_C(1000) > silent_us;
}

/* splitmix64, by its public description. */
static uint64_t next_random(struct shaper *s)
{
	uint64_t z = s->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static bool is_struck(struct shaper *s)
{
	if (s->config.is_out_of_range)
		return true;
	return s->config.loss_ppm > 0 && next_random(s) % SHAPER_PPM < s->config.loss_ppm;
}

void shaper_init(struct shaper *s, const struct shaper_config *config, uint64_t seed,
                 uint64_t now_us)
{
	memset(s, 0, sizeof *s);
	s->config = *config;
	s->wanted = *config;
	s->random = seed;
	s->anchor_us = now_us;
	s->at_us = now_us;
	s->heard_us = now_us;
	s->is_awake = true;
}

void shaper_change(struct shaper *s, const struct shaper_config *config, uint64_t now_us)
{
	struct shaper_config at_once = *config;

	shaper_run(s, now_us);
	at_once.air.interval_us = s->config.air.interval_us;
	at_once.latency = s->config.latency;
	at_once.supervision_ms = s->config.supervision_ms;
	s->config = at_once;
	s->wanted = *config;
	if (at_once.air.interval_us != config->air.interval_us ||
	    at_once.latency != config->latency || at_once.supervision_ms != config->supervision_ms)
		s->events_until_wanted = EVENTS_TO_INSTANT;
	else
		s->events_until_wanted = 0;
}

static uint64_t supervision_end(const struct shaper *s)
{
	return s->heard_us + s->config.supervision_ms * UINT64_C(1000);
}

static bool has_data(const struct shaper *s)
{
	return s->ways[SHAPER_CENTRAL].unsent_count > 0 ||
	       s->ways[SHAPER_PERIPHERAL].unsent_count > 0;
}

int shaper_send(struct shaper *s, enum shaper_side side, const uint8_t *pdu, size_t len,
                uint64_t now_us)
{
	struct shaper_way *way = &s->ways[side];
	struct shaper_pdu *free_pdu;

	shaper_run(s, now_us);
	if (s->is_ended)
		return -ENOTCONN;
	if (len == 0 || len > LINK_PDU_MAX)
		return -EMSGSIZE;
	if (way->unsent_count == SHAPER_SEND_MAX)
		return -EAGAIN;
	free_pdu = &way->unsent[(way->unsent_at + way->unsent_count) % SHAPER_SEND_MAX];
	free_pdu->len = (uint16_t)len;
	memcpy(free_pdu->bytes, pdu, len);
	way->unsent_count++;
	return 0;
}

/* What side receives is what the other one sends. */
static size_t other(enum shaper_side side)
{
	return side == SHAPER_CENTRAL ? SHAPER_PERIPHERAL : SHAPER_CENTRAL;
}

const struct shaper_pdu *shaper_peek(const struct shaper *s, enum shaper_side side)
{
	const struct shaper_way *way = &s->ways[other(side)];

	return way->received_count > 0 ? &way->received[way->received_at] : NULL;
}

void shaper_take(struct shaper *s, enum shaper_side side)
{
	struct shaper_way *way = &s->ways[other(side)];

	if (way->received_count == 0)
		return;
	way->received_at = (way->received_at + 1) % SHAPER_RECEIVE_MAX;
	way->received_count--;
}

size_t shaper_unsent(const struct shaper *s, enum shaper_side side)
{
	return s->ways[side].unsent_count;
}

uint64_t shaper_dropped(const struct shaper *s, enum shaper_side side)
{
	return s->ways[other(side)].dropped;
}

bool shaper_is_ended(const struct shaper *s)
{
	return s->is_ended;
}

static void close_event(struct shaper *s)
{
	s->is_in_event = false;
	s->anchor_us += s->config.air.interval_us;
	s->at_us = s->anchor_us;
	if (s->events_until_wanted > 0 && --s->events_until_wanted == 0)
		s->config = s->wanted;
}

/* The first unsent PDU goes over to the receiver's queue, or nowhere. */
static void deliver(struct shaper_way *way)
{
	const struct shaper_pdu *pdu = &way->unsent[way->unsent_at];

	if (way->received_count == SHAPER_RECEIVE_MAX) {
		way->dropped++;
	} else {
		size_t at = (way->received_at + way->received_count++) % SHAPER_RECEIVE_MAX;

		way->received[at] = *pdu;
	}
	way->unsent_at = (way->unsent_at + 1) % SHAPER_SEND_MAX;
	way->unsent_count--;
	way->carried = 0;
}

void shaper_flush(struct shaper *s, enum shaper_side side, uint64_t now_us)
{
	shaper_run(s, now_us);
	while (!s->is_ended && s->ways[side].unsent_count > 0)
		deliver(&s->ways[side]);
	/* The rest of a pair on the air belongs to nothing any more. */
	s->ways[side].payload = 0;
}

static void carry(struct shaper_way *way)
{
	if (way->payload == 0)
		return;
	way->carried += way->payload;
	if (way->carried == way->unsent[way->unsent_at].len + (size_t)AIRTIME_L2CAP_HEADER)
		deliver(way);
}

static size_t next_payload(const struct shaper *s, const struct shaper_way *way)
{
	size_t left;

	if (way->unsent_count == 0)
		return 0;
	left = way->unsent[way->unsent_at].len + (size_t)AIRTIME_L2CAP_HEADER - way->carried;
	return left < s->config.air.data_len ? left : s->config.air.data_len;
}

static void end_pair(struct shaper *s)
{
	bool was_lost_before = s->was_lost;

	s->is_on_air = false;
	s->was_lost = is_struck(s);
	if (s->was_lost) {
		s->lost_pairs++;
		if (was_lost_before)
			close_event(s);
		return;
	}
	s->carried_pairs++;
	s->heard_us = s->at_us;
	carry(&s->ways[SHAPER_CENTRAL]);
	carry(&s->ways[SHAPER_PERIPHERAL]);
	if (!s->has_more)
		close_event(s);
}

/* Beyond the payload on the air. */
static bool has_more(const struct shaper_way *way)
{
	return way->unsent_count > 1 ||
	       (way->unsent_count == 1 &&
	        way->carried + way->payload <
	                way->unsent[way->unsent_at].len + (size_t)AIRTIME_L2CAP_HEADER);
}

static void begin_pair(struct shaper *s)
{
	struct shaper_way *central = &s->ways[SHAPER_CENTRAL];
	struct shaper_way *peripheral = &s->ways[SHAPER_PERIPHERAL];
	uint64_t end_us;

	central->payload = next_payload(s, central);
	peripheral->payload = next_payload(s, peripheral);
	end_us = s->at_us + airtime_pair(&s->config.air, central->payload, peripheral->payload);
	/* The first pair of an event always fits; an interval is longer than any. */
	if ((s->config.air.packets > 0 && s->pairs == s->config.air.packets) ||
	    end_us > s->anchor_us + s->config.air.interval_us) {
		close_event(s);
		return;
	}
	/* What comes while the pair is on the air is too late for its More Data bits. */
	s->has_more = has_more(central) || has_more(peripheral);
	s->pairs++;
	s->at_us = end_us;
	s->is_on_air = true;
}

/* Events in which nothing can happen are passed over at once. */
static void skip_idle(struct shaper *s, uint64_t now_us)
{
	uint64_t events;

	if (has_data(s) || s->config.loss_ppm > 0 || s->config.is_out_of_range ||
	    s->events_until_wanted > 0 || now_us <= s->anchor_us)
		return;
	events = (now_us - s->anchor_us) / s->config.air.interval_us;
	if (events == 0)
		return;
	s->anchor_us += events * s->config.air.interval_us;
	s->at_us = s->anchor_us;
	s->heard_us = s->anchor_us - s->config.air.interval_us;
	s->slept = (uint32_t)((s->slept + events) % (s->config.latency + 1u));
	s->is_awake = false;
}

/* False: the peripheral sleeps, and the central hears nothing. */
static bool is_listened_to(struct shaper *s)
{
	if (s->ways[SHAPER_PERIPHERAL].unsent_count == 0 && !s->is_awake &&
	    s->slept < s->config.latency) {
		s->slept++;
		return false;
	}
	s->slept = 0;
	s->is_awake = has_data(s);
	return true;
}

static void begin_event(struct shaper *s)
{
	if (!is_listened_to(s)) {
		close_event(s);
		return;
	}
	s->is_in_event = true;
	s->was_lost = false;
	s->pairs = 0;
}

/* One thing that happens at or before now_us; false: none. */
static bool step(struct shaper *s, uint64_t now_us)
{
	uint64_t end_us;

	if (s->is_ended)
		return false;
	if (!s->is_on_air && !s->is_in_event)
		skip_idle(s, now_us);
	end_us = supervision_end(s);
	if (now_us < s->at_us && now_us < end_us)
		return false;
	if (s->at_us > end_us) {
		s->is_ended = now_us >= end_us;
		return s->is_ended;
	}
	if (s->is_on_air)
		end_pair(s);
	else if (s->is_in_event)
		begin_pair(s);
	else
		begin_event(s);
	return true;
}

void shaper_run(struct shaper *s, uint64_t now_us)
{
	while (step(s, now_us))
		;
}

uint64_t shaper_next(const struct shaper *s)
{
	uint64_t end_us = supervision_end(s);

	if (s->is_ended)
		return SHAPER_NEVER;
	if (s->is_on_air || s->is_in_event || has_data(s))
		return s->at_us < end_us ? s->at_us : end_us;
	if (s->config.loss_ppm > 0 || s->config.is_out_of_range)
		return end_us;
	return s->events_until_wanted > 0 ? s->at_us : SHAPER_NEVER;
}
