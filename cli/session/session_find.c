/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finder.h"
#include "session_state.h"
#include "wireless.h"

#define LOCAL_MS 1000
#define AIR_S    10

static bool is_ours(const struct session *s, const uint8_t *advert)
{
	return session_advert_is_of(advert, s->pairing.advert_key);
}

static bool find_local(struct session *s, char *address, size_t size)
{
	size_t count = 0;
	bool is_found = false;
	struct found_pump *found = calloc(FINDER_MAX, sizeof(*found));
	if (!found || finder_scan(LOCAL_MS, found, FINDER_MAX, &count))
		count = 0;
	for (size_t i = 0; i < count && !is_found; i++) {
		is_found = found[i].has_advert && is_ours(s, found[i].advert);
		if (is_found)
			(void)snprintf(address, size, "%.*s", FINDER_TEXT_MAX - 1, found[i].address);
	}
	free(found);
	return is_found;
}

struct search {
	const struct session *session;
	char address[STATE_ADDRESS_MAX + 1]; /* "": not heard yet */
};

static void on_device(void *ctx, const struct wireless_device *device)
{
	struct search *search = ctx;
	uint8_t advert[SESSION_ADVERT_LEN];
	if (!search->address[0] && session_advert_read(device->data, device->data_len, advert) &&
	    is_ours(search->session, advert))
		(void)snprintf(search->address, sizeof(search->address), "%s", device->address);
}

static bool on_turn(void *ctx)
{
	return ((struct search *)ctx)->address[0] != '\0';
}

static bool find_on_air(struct session *s, const uint8_t *service, char *address, size_t size)
{
	struct search search = {.session = s};
	const struct wireless_scan scan = {.service = service, .only_service = true, .seconds = AIR_S,
					   .on_device = on_device, .on_turn = on_turn, .ctx = &search};
	if (wireless_scan(s->wireless, &scan, NULL) || !search.address[0])
		return false;
	(void)snprintf(address, size, "%s", search.address);
	return true;
}

bool session_find(struct session *s, const uint8_t *service)
{
	char address[STATE_ADDRESS_MAX + 1];
	if (!s->pairing.has_advert_key)
		return false;
	const bool is_found = s->wireless ? find_on_air(s, service, address, sizeof(address))
					  : find_local(s, address, sizeof(address));
	if (!is_found || !strcmp(address, s->pairing.address))
		return false;
	(void)snprintf(s->pairing.address, sizeof(s->pairing.address), "%s", address);
	/* If it cannot be noted, the next session searches again. */
	(void)!state_pairing_store(s->config.state_dir, &s->pairing);
	return true;
}
