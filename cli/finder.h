/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * finder - pumps that can be reached now. Local virtual pumps are asked over their sockets; in
 * this version a pump on the air is named by its address, it is not searched for.
 */
#ifndef PUMPCTL_FINDER_H
#define PUMPCTL_FINDER_H

#include <stdbool.h>
#include <stddef.h>

#define FINDER_MAX      64
#define FINDER_TEXT_MAX 48

struct found_pump {
	char address[FINDER_TEXT_MAX]; /* "sim:NAME": what --pump takes; as it was advertised */
	bool window_open;              /* a magnet was held over it less than 120 s ago */
};

/*
 * Asks every socket of link_local_directory(); those nobody serves are passed over. Fills up to
 * max entries by name; *count of them. 0, or -errno when the directory cannot be used.
 */
int finder_scan(int timeout_ms, struct found_pump *found, size_t max, size_t *count)
	__attribute__((warn_unused_result));

#endif
