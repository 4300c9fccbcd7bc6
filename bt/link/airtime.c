/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "airtime.h"

#define FRAME_OCTETS 9 /* access address, header, CRC */
#define MIC_OCTETS   4
#define US_PER_S     UINT64_C(1000000)

bool airtime_is_valid(const struct airtime *air)
{
	if (air->phy != AIRTIME_1M && air->phy != AIRTIME_2M)
		return false;
	if (air->data_len < AIRTIME_DATA_MIN || air->data_len > AIRTIME_DATA_MAX)
		return false;
	if (air->interval_us == 0)
		return true;
	return air->interval_us >= AIRTIME_INTERVAL_MIN_US &&
	       air->interval_us <= AIRTIME_INTERVAL_MAX_US &&
	       air->interval_us % AIRTIME_INTERVAL_STEP_US == 0;
}

uint32_t airtime_packet(const struct airtime *air, size_t payload)
{
	size_t preamble = air->phy == AIRTIME_2M ? 2 : 1;
	size_t mic = air->is_encrypted && payload > 0 ? MIC_OCTETS : 0;

	return (uint32_t)((preamble + FRAME_OCTETS + payload + mic) * 8 / air->phy);
}

uint32_t airtime_pair(const struct airtime *air, size_t payload, size_t other)
{
	return airtime_packet(air, payload) + airtime_packet(air, other) + 2 * AIRTIME_IFS_US;
}

uint32_t airtime_bound(const struct airtime *air, uint16_t mtu)
{
	uint64_t value_bits = (uint64_t)(mtu - AIRTIME_NOTIFY_HEADER) * 8;
	uint64_t octets = mtu + (uint64_t)AIRTIME_L2CAP_HEADER;
	uint64_t full = octets / air->data_len;
	uint64_t rest = octets % air->data_len;
	uint64_t pairs = full + (rest > 0);
	uint64_t pdu_us = full * airtime_pair(air, air->data_len, 0) +
	                  (rest > 0 ? airtime_pair(air, rest, 0) : 0);
	uint64_t fit;

	if (air->interval_us == 0)
		return (uint32_t)(value_bits * US_PER_S / pdu_us);
	fit = air->interval_us / pdu_us;
	if (air->packets > 0 && air->packets < air->interval_us * pairs / pdu_us)
		return (uint32_t)(value_bits * air->packets * US_PER_S /
		                  (pairs * air->interval_us));
	if (pairs == 1)
		return (uint32_t)(value_bits * fit * US_PER_S / air->interval_us);
	return (uint32_t)(value_bits * US_PER_S / pdu_us);
}
