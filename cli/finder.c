/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "finder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link_local.h"

#define PATH_SIZE 512

/* Manufacturer data of docs/protocol.md section 1: 04 FF FF FF w; bit 0 of w is the window. */
static bool window_of(const struct link_local_device *device)
{
	static const unsigned char head[] = {0x04, 0xFF, 0xFF, 0xFF};
	for (size_t at = 0; at < device->adv_len; at += (size_t)device->adv[at] + 1)
		if (at + sizeof(head) < device->adv_len &&
		    !memcmp(device->adv + at, head, sizeof(head)))
			return device->adv[at + sizeof(head)] & 1;
	return false;
}

static void ask(const char *path, int timeout_ms, struct found_pump *found, size_t max,
		size_t *count)
{
	struct link_local_device devices[8];
	size_t here = 0;
	/* A socket left behind, or a busy one, is not an error of the scan. */
	if (link_local_scan(path, timeout_ms, devices, 8, &here) && !here)
		return;
	for (size_t i = 0; i < here && *count < max; i++) {
		struct found_pump *pump = &found[(*count)++];
		(void)snprintf(pump->address, sizeof(pump->address), "sim:%.32s", devices[i].name);
		pump->window_open = window_of(&devices[i]);
	}
}

static int is_socket_name(const struct dirent *entry)
{
	const size_t len = strlen(entry->d_name);
	return len > 5 && !strcmp(entry->d_name + len - 5, ".sock");
}

int finder_scan(int timeout_ms, struct found_pump *found, size_t max, size_t *count)
{
	char directory[PATH_SIZE], path[PATH_SIZE + 260];
	struct dirent **entries = NULL;
	*count = 0;
	const int err = link_local_directory(directory, sizeof(directory));
	if (err)
		return err;
	const int n = scandir(directory, &entries, is_socket_name, alphasort);
	if (n < 0)
		return -errno;
	for (int i = 0; i < n; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);
		ask(path, timeout_ms, found, max, count);
		free(entries[i]);
	}
	free(entries);
	return 0;
}
