/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * session_air - the link under a session: what is known of it, how fast it is, and the connection
 * parameters that a download wants.
 */
#ifndef PUMPCTL_SESSION_AIR_H
#define PUMPCTL_SESSION_AIR_H

#include "air_view.h"
#include "session.h"

enum session_transport {
	SESSION_LOCAL,  /* a virtual pump of this computer */
	SESSION_RADIO,  /* a Bluetooth adapter */
};

struct session_link {
	enum session_transport transport;
	int adapter;     /* of SESSION_RADIO: hciN */
	uint16_t mtu;
	bool takes_time; /* LOCAL: false is a link without air, view has no meaning */
	bool phy_known;  /* of RADIO; then view.air.phy, and no more of view */
	struct air_view view;
	uint64_t bound;  /* greatest goodput, bit/s; 0 not known */
};

struct session_goodput {
	uint64_t octets, ms; /* values of Stream, from the first to the last of them */
};

/*
 * Reads the newest records again, up to 20 blocks, with the parameters of a download, and stores
 * nothing. Errors as session_pull_log; none and octets 0: the pump holds too few records.
 */
enum error_code session_measure(struct session *session, struct session_link *link,
				struct session_goodput *goodput, struct error *error)
	__attribute__((warn_unused_result));

#endif
