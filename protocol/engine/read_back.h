/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * read_back - is what the pump runs what was ordered? A pure comparison of an order that the pump
 * says it carried out with the status and the image that are read afterwards. Rates are worked out
 * by the second decoder's arithmetic (second_image.h), from the bytes that were read.
 */
#ifndef PUMPCTL_READ_BACK_H
#define PUMPCTL_READ_BACK_H

#include <stdbool.h>

#include "messages.h"

/* What was ordered, as STAGED said and the second decoder confirmed. */
struct read_back_ordered {
	const char *model;          /* of STARTED: its minimum rate is in the programmer's own table */
	uint8_t therapy;            /* enum therapy_state */
	const uint8_t *digest;      /* DIGEST_LEN; zeros: no image */
	uint64_t rate_nl_per_day;   /* of STAGED: counts where model or image is not known here */
	uint64_t bolus_nl_per_day;  /* that the order itself begins, of STAGED; 0: none */
	bool leaves_delivery;       /* nothing of delivery was ordered: a bolus of before may run on */
};

enum read_back_finding {
	READ_BACK_EQUAL,
	READ_BACK_THERAPY, /* the pump is in another therapy state */
	READ_BACK_PROGRAM, /* another image, or a digest that is not that of its bytes */
	READ_BACK_RATE,    /* delivery runs at a rate that what was ordered cannot have */
};

/* The gravest difference first: therapy, program, rate. */
enum read_back_finding read_back_compare(const struct read_back_ordered *ordered,
					 const struct msg_status *status,
					 const struct msg_image *image);

#endif
