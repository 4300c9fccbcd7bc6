/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session_air.h"

#include <string.h>

#include "link_phy.h"
#include "session_state.h"
#include "simulator.h"
#include "wireless.h"

#define SIM_PREFIX "sim:"
#define PACE_WAIT_MS     2000
/* About 20 blocks: 0.5 s at 1M, 3 s where an event carries four packets. */
#define MEASURED_RECORDS 3520

static const char *sim_name(const struct session *s)
{
	const char *address = s->pairing.address;
	return strncmp(address, SIM_PREFIX, strlen(SIM_PREFIX)) ? NULL : address + strlen(SIM_PREFIX);
}

void session_pace(struct session *s, bool is_fast)
{
	const char *name = sim_name(s);
	const char *request = is_fast ? "pace fast" : "pace slow";
	if (s->wireless)
		wireless_pace(s->wireless, is_fast);
	if (name && simulator_ask(name, request, PACE_WAIT_MS, NULL, NULL, NULL))
		return; /* its parameters stay as they are, and the download takes its time */
}

/* What the air could carry at most; a radio's interval is not told by the kernel. */
static uint64_t bound_of(const struct session_link *link)
{
	struct airtime air = link->view.air;
	if (link->transport == SESSION_RADIO)
		air = (struct airtime){.phy = link->phy_known ? air.phy : AIRTIME_1M,
				       .data_len = AIRTIME_DATA_MAX,
				       .is_encrypted = true};
	return airtime_bound(&air, link->mtu);
}

static void look(const struct session *s, struct session_link *out)
{
	const char *name = sim_name(s);
	char answer[SIMULATOR_ANSWER_MAX];
	*out = (struct session_link){.transport = name ? SESSION_LOCAL : SESSION_RADIO,
				     .adapter = s->config.adapter,
				     .mtu = s->mtu};
	if (name)
		out->takes_time = air_view_ask(name, "air", &out->view, answer) == 0 && out->view.is_open;
	else
		out->takes_time = true;
	out->phy_known = !name && link_phy_read(s->link_fd, &out->view.air.phy);
	if (out->takes_time)
		out->bound = bound_of(out);
}

enum error_code session_measure(struct session *s, struct session_link *link,
				struct session_goodput *goodput, struct error *error)
{
	struct msg_range range;
	memset(goodput, 0, sizeof(*goodput));
	/* New parameters take six events: they are there when the records are asked for. */
	session_pace(s, true);
	enum error_code code = session_read_range(s, &range, error);
	if (code)
		return code;
	if (range.last < range.first) {
		look(s, link);
		return ERR_NONE;
	}
	const uint64_t held = range.last - range.first + 1;
	const uint64_t first = held > MEASURED_RECORDS ? range.last - MEASURED_RECORDS + 1 : range.first;
	s->stream = (struct session_stream){0};
	code = session_pull_window(s, range.epoch, first, range.last, NULL, NULL, error);
	look(s, link);
	session_pace(s, false);
	/* The first value only starts the clock. */
	goodput->octets = s->stream.octets - s->stream.first_octets;
	goodput->ms = s->stream.last_ms - s->stream.first_ms;
	if (goodput->octets && !goodput->ms)
		goodput->ms = 1; /* no more is claimed than the clock can tell */
	return code;
}
