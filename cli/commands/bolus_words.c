/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bolus_words.h"

#include "client.h"

const char *bolus_kind_words(uint8_t kind)
{
	switch (kind) {
	case BOLUS_KIND_SINGLE:
		return "single";
	case BOLUS_KIND_PRIMING:
		return "priming";
	case BOLUS_KIND_PATIENT:
		return "patient's";
	case BOLUS_KIND_PERIODIC:
		return "periodic";
	default:
		return "unknown";
	}
}
