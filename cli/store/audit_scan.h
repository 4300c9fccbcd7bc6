/* SPDX-License-Identifier: GPL-3.0-or-later */
/* audit_scan - reads frames from a log file, from an offset on, and adds them to an index. */
#ifndef PUMPCTL_STORE_AUDIT_SCAN_H
#define PUMPCTL_STORE_AUDIT_SCAN_H

#include "audit_index.h"

/* "PA1 " + 8 hex + ' ' + 8 hex + ' ' + json + '\n' */
#define AUDIT_HEADER_LEN 22
#define AUDIT_FRAME_MAX  (AUDIT_HEADER_LEN + AUDIT_RECORD_MAX + 1)

struct audit_scan {
	uint64_t at;       /* offset just after the last good frame */
	uint64_t file_len;
	const char *problem; /* NULL: the whole file is good; else what is wrong at `at` */
	bool torn;         /* the problem is an unfinished last line, which no whole frame follows */
};

/* Writes the header of a frame for json (len bytes) into out. */
void audit_frame_header(const char *json, size_t len, char out[AUDIT_HEADER_LEN + 1]);

/* Scans fd from offset `from` to its end. 0, or -errno when it cannot be read; -ENOMEM. */
int audit_scan_file(int fd, uint64_t from, struct audit_index *index, struct audit_scan *scan)
	__attribute__((warn_unused_result));

#endif
