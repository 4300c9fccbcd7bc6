/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "finder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link_local.h"
#include "loop.h"
#include "wireless.h"

#define PATH_SIZE 512

/* Assigned Numbers 2.3. */
#define FIELD_NAME_SHORT 0x08
#define FIELD_NAME       0x09

/* The bytes of a field after its type; NULL: not there, or the data ends before it does. */
static const uint8_t *find_field(const uint8_t *adv, size_t adv_len, uint8_t type, size_t *len)
{
	*len = 0;
	for (size_t at = 0; at < adv_len && adv[at] && adv[at] < adv_len - at; at += adv[at] + (size_t)1)
		if (adv[at + 1] == type) {
			*len = adv[at] - (size_t)1;
			return adv + at + 2;
		}
	return NULL;
}

static void take_data(struct found_pump *pump, const uint8_t *data, size_t len)
{
	pump->adv_len = len < sizeof(pump->adv) ? len : sizeof(pump->adv);
	memcpy(pump->adv, data, pump->adv_len);
	pump->has_advert = session_advert_read(pump->adv, pump->adv_len, pump->advert);
	pump->window_open = pump->has_advert && session_advert_window_open(pump->advert);
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
		*pump = (struct found_pump){.is_local = true,
					    .is_pump = true,
					    .rssi = FINDER_RSSI_UNKNOWN,
					    .heard_ms = loop_now_ms()};
		(void)snprintf(pump->address, sizeof(pump->address), "sim:%.32s", devices[i].name);
		take_data(pump, devices[i].adv, devices[i].adv_len);
	}
}

/* The entry of an address: its own, a new one, or in a full list the one heard longest ago. */
static struct found_pump *find_entry(struct found_pump *found, size_t *count, const char *address,
				     bool *is_news)
{
	struct found_pump *oldest = NULL;
	*is_news = false;
	for (size_t i = 0; i < *count; i++) {
		if (!strcmp(found[i].address, address))
			return &found[i];
		if (!found[i].is_local && (!oldest || found[i].heard_ms < oldest->heard_ms))
			oldest = &found[i];
	}
	*is_news = true;
	if (*count == FINDER_MAX && !oldest)
		oldest = &found[FINDER_MAX - 1];
	struct found_pump *entry = *count < FINDER_MAX ? &found[(*count)++] : oldest;
	*entry = (struct found_pump){.rssi = FINDER_RSSI_UNKNOWN};
	(void)snprintf(entry->address, sizeof(entry->address), "%s", address);
	return entry;
}

const struct found_pump *finder_hear(struct found_pump *found, size_t *count,
				     const struct wireless_device *device, uint64_t now_ms,
				     bool *is_news)
{
	struct found_pump *pump = find_entry(found, count, device->address, is_news);
	const bool was_open = pump->window_open;
	pump->is_random = device->is_random;
	pump->is_pump = pump->is_pump || device->is_pump;
	pump->heard_ms = now_ms;
	if (device->rssi != FINDER_RSSI_UNKNOWN)
		pump->rssi = device->rssi;
	/* A report without data tells that it is still there, not that it says nothing any more. */
	if (device->data_len)
		take_data(pump, device->data, device->data_len);
	*is_news = *is_news || was_open != pump->window_open;
	return pump;
}

const char *finder_name(const struct found_pump *pump, size_t *len)
{
	const uint8_t *field = find_field(pump->adv, pump->adv_len, FIELD_NAME, len);
	if (!field)
		field = find_field(pump->adv, pump->adv_len, FIELD_NAME_SHORT, len);
	return (const char *)field;
}

uint64_t finder_now_ms(void)
{
	return loop_now_ms();
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
