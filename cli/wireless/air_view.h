/* SPDX-License-Identifier: GPL-3.0-or-later */
/* air_view - what a virtual pump says of the time that its local link takes on the air. */
#ifndef PUMPCTL_AIR_VIEW_H
#define PUMPCTL_AIR_VIEW_H

#include "airtime.h"

struct cJSON;

struct air_view {
	struct airtime air; /* always encrypted */
	uint32_t latency, supervision_ms, loss_ppm;
	bool is_out_of_range;
	bool is_open; /* a programmer is connected, and the rest is of this connection */
	uint64_t carried, lost, dropped; /* packet pairs; packets for which a reader had no room */
};

/*
 * Sends request ("air", or "air KEY VALUE …") to the virtual pump called name and reads what is in
 * force. 0, -ENOENT its link takes no time, or as simulator_ask, with the reason of a "no" in
 * answer (SIMULATOR_ANSWER_MAX bytes).
 */
int air_view_ask(const char *name, const char *request, struct air_view *out, char *answer)
	__attribute__((warn_unused_result));

/* Interval, latency, supervision timeout, packets, PHY and data length as members of data. */
void air_view_show(struct cJSON *data, const struct air_view *view);
/* A rate as a quantity in bit/s, shown in kbit/s, rounded down. */
void air_view_show_rate(struct cJSON *data, const char *key, uint64_t bits_per_second);

#endif
