/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suite.h"
#include "fake_kernel.h"
#include "mgmt_pairing.h"

#include <errno.h>
#include <string.h>

#define LOAD_LTKS       0x0013
#define UNPAIR          0x001b
#define CONFIRM_NO      0x001d
#define PASSKEY         0x001e
#define PASSKEY_NO      0x001f
#define NEW_LTK         0x000a
#define CONFIRM_REQUEST 0x000f
#define PASSKEY_REQUEST 0x0010
#define AUTH_FAILED     0x0011
#define PASSKEY_NOTIFY  0x0017

static const uint8_t peer_bytes[MGMT_ADDRESS_LEN] = {1, 2, 3, 4, 5, 6, MGMT_LE_PUBLIC};

static struct fake_kernel kernel;
static struct mgmt_agent agent;
static struct {
	int wanted, shown, keys, refused, failed;
	uint32_t passkey;
	struct mgmt_key key;
	bool keep;
	enum mgmt_refused why;
	int error;
} seen;

static void on_wanted(void *ctx, const struct mgmt_peer *peer)
{
	(void)ctx;
	ck_assert_uint_eq(peer->address[0], 1);
	seen.wanted++;
}

static void on_show(void *ctx, const struct mgmt_peer *peer, uint32_t passkey)
{
	(void)ctx;
	(void)peer;
	seen.shown++;
	seen.passkey = passkey;
}

static void on_key(void *ctx, const struct mgmt_key *key, bool keep)
{
	(void)ctx;
	seen.keys++;
	seen.key = *key;
	seen.keep = keep;
}

static void on_refused(void *ctx, const struct mgmt_peer *peer, enum mgmt_refused why)
{
	(void)ctx;
	(void)peer;
	seen.refused++;
	seen.why = why;
}

static void on_failed(void *ctx, const struct mgmt_peer *peer, int error)
{
	(void)ctx;
	(void)peer;
	seen.failed++;
	seen.error = error;
}

static const struct mgmt_agent_handlers all = {on_wanted, on_show, on_key, on_refused, on_failed};
static const struct mgmt_agent_handlers none;

static void setup(void)
{
	memset(&seen, 0, sizeof seen);
	fake_kernel_start(&kernel);
	agent = (struct mgmt_agent){kernel.mgmt, 0, &all, NULL};
}

static void teardown(void)
{
	fake_kernel_stop(&kernel);
}

/* An event of peer with len bytes after its address. */
static bool feed(uint16_t event, const uint8_t *more, size_t len)
{
	uint8_t params[64];

	memcpy(params, peer_bytes, sizeof peer_bytes);
	if (len > 0)
		memcpy(params + sizeof peer_bytes, more, len);
	return mgmt_agent_feed(&agent, event, 0, params, sizeof peer_bytes + len);
}

static void feed_key(uint8_t hint, uint8_t type, uint8_t size, size_t cut)
{
	uint8_t params[1 + MGMT_KEY_LEN] = {hint, 1, 2, 3, 4, 5, 6, MGMT_LE_PUBLIC, type, 1, size};

	ck_assert(mgmt_agent_feed(&agent, NEW_LTK, 0, params, sizeof params - cut));
}

START_TEST(a_passkey_that_is_wanted_is_asked_for_and_answered)
{
	static const uint8_t want[] = {1, 2, 3, 4, 5, 6, MGMT_LE_PUBLIC, 0x40, 0xe2, 0x01, 0x00};
	struct mgmt_peer peer = mgmt_get_peer(peer_bytes);

	ck_assert(feed(PASSKEY_REQUEST, NULL, 0));
	ck_assert_int_eq(seen.wanted, 1);
	fake_kernel_expect_nothing(&kernel);
	ck_assert_int_eq(mgmt_agent_answer(&agent, &peer, 123456), 0);
	fake_kernel_expect(&kernel, PASSKEY, 0, want, sizeof want);
	ck_assert_int_eq(mgmt_agent_answer(&agent, &peer, -1), 0);
	fake_kernel_expect(&kernel, PASSKEY_NO, 0, peer_bytes, sizeof peer_bytes);
}
END_TEST

START_TEST(a_passkey_to_show_is_shown_as_it_is)
{
	static const uint8_t value[] = {0x07, 0, 0, 0, 3};

	ck_assert(feed(PASSKEY_NOTIFY, value, sizeof value));
	ck_assert_int_eq(seen.shown, 1);
	ck_assert_uint_eq(seen.passkey, 7);
}
END_TEST

START_TEST(just_works_and_comparison_are_refused_at_once)
{
	static const uint8_t just_works[] = {1, 0, 0, 0, 0};
	static const uint8_t comparison[] = {0, 1, 2, 3, 0};

	ck_assert(feed(CONFIRM_REQUEST, just_works, sizeof just_works));
	fake_kernel_expect(&kernel, CONFIRM_NO, 0, peer_bytes, sizeof peer_bytes);
	ck_assert_int_eq(seen.refused, 1);
	ck_assert_int_eq(seen.why, MGMT_REFUSED_JUST_WORKS);
	ck_assert(feed(CONFIRM_REQUEST, comparison, sizeof comparison));
	fake_kernel_expect(&kernel, CONFIRM_NO, 0, peer_bytes, sizeof peer_bytes);
	ck_assert_int_eq(seen.why, MGMT_REFUSED_COMPARISON);
}
END_TEST

START_TEST(where_nobody_can_be_asked_every_pairing_is_refused)
{
	static const uint8_t just_works[] = {1, 0, 0, 0, 0};
	static const uint8_t status[] = {5};

	agent.handlers = &none;
	ck_assert(feed(PASSKEY_REQUEST, NULL, 0));
	fake_kernel_expect(&kernel, PASSKEY_NO, 0, peer_bytes, sizeof peer_bytes);
	ck_assert(feed(CONFIRM_REQUEST, just_works, sizeof just_works));
	fake_kernel_expect(&kernel, CONFIRM_NO, 0, peer_bytes, sizeof peer_bytes);
	ck_assert(feed(PASSKEY_NOTIFY, just_works, sizeof just_works));
	ck_assert(feed(AUTH_FAILED, status, sizeof status));
	feed_key(1, 3, 16, 0);
	fake_kernel_expect_nothing(&kernel);
}
END_TEST

START_TEST(a_new_key_is_handed_over_and_judged)
{
	feed_key(1, 3, 16, 0);
	ck_assert_int_eq(seen.keys, 1);
	ck_assert(seen.keep);
	ck_assert(mgmt_key_is_strong(&seen.key));
	ck_assert_uint_eq(mgmt_key_peer(&seen.key).address[5], 6);
	feed_key(0, 3, 16, 0);
	ck_assert(!seen.keep);
	/* Unauthenticated or legacy ones, a debug key, a short one. */
	for (uint8_t type = 0; type < 6; type++) {
		feed_key(1, type, 16, 0);
		ck_assert_int_eq(mgmt_key_is_strong(&seen.key), type == 3);
	}
	feed_key(1, 3, 15, 0);
	ck_assert(!mgmt_key_is_strong(&seen.key));
}
END_TEST

START_TEST(a_failed_pairing_is_told_with_its_reason)
{
	static const uint8_t status[] = {5};

	ck_assert(feed(AUTH_FAILED, status, sizeof status));
	ck_assert_int_eq(seen.failed, 1);
	ck_assert_int_eq(seen.error, -EACCES);
}
END_TEST

START_TEST(short_events_and_other_adapters_change_nothing)
{
	static const uint8_t value[] = {0, 0, 0, 0, 0};
	uint8_t params[MGMT_ADDRESS_LEN] = {0};

	feed_key(1, 3, 16, 1);
	ck_assert(feed(CONFIRM_REQUEST, value, 4));
	ck_assert(feed(PASSKEY_NOTIFY, value, 4));
	ck_assert(feed(AUTH_FAILED, value, 0));
	ck_assert(mgmt_agent_feed(&agent, PASSKEY_REQUEST, 0, params, 6));
	ck_assert(!mgmt_agent_feed(&agent, PASSKEY_REQUEST, 1, params, sizeof params));
	ck_assert(!mgmt_agent_feed(&agent, 0x0012, 0, params, sizeof params));
	ck_assert_int_eq(seen.wanted + seen.shown + seen.keys + seen.refused + seen.failed, 0);
	fake_kernel_expect_nothing(&kernel);
}
END_TEST

START_TEST(stored_keys_are_loaded_as_they_came_and_in_place_of_all_others)
{
	struct mgmt_key keys[2] = {{{1, 2}}, {{3, 4}}};
	uint8_t want[2 + 2 * MGMT_KEY_LEN] = {2, 0};
	static const uint8_t empty[] = {0, 0};

	memcpy(want + 2, keys[0].bytes, MGMT_KEY_LEN);
	memcpy(want + 2 + MGMT_KEY_LEN, keys[1].bytes, MGMT_KEY_LEN);
	fake_kernel_complete(&kernel, LOAD_LTKS, 0, NULL, 0);
	ck_assert_int_eq(mgmt_load_keys(kernel.mgmt, 0, keys, 2), 0);
	fake_kernel_expect(&kernel, LOAD_LTKS, 0, want, sizeof want);
	fake_kernel_complete(&kernel, LOAD_LTKS, 0, NULL, 0);
	ck_assert_int_eq(mgmt_load_keys(kernel.mgmt, 0, NULL, 0), 0);
	fake_kernel_expect(&kernel, LOAD_LTKS, 0, empty, sizeof empty);
	ck_assert_int_eq(mgmt_load_keys(kernel.mgmt, 0, keys, MGMT_KEYS_MAX + 1), -EINVAL);
}
END_TEST

START_TEST(unpairing_ends_the_link_too)
{
	static const uint8_t want[] = {1, 2, 3, 4, 5, 6, MGMT_LE_PUBLIC, 1};
	struct mgmt_peer peer = mgmt_get_peer(peer_bytes);

	fake_kernel_status(&kernel, UNPAIR, 0, 0x06);
	ck_assert_int_eq(mgmt_unpair(kernel.mgmt, 0, &peer), -EKEYREJECTED);
	fake_kernel_expect(&kernel, UNPAIR, 0, want, sizeof want);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
	        a_passkey_that_is_wanted_is_asked_for_and_answered,
	        a_passkey_to_show_is_shown_as_it_is,
	        just_works_and_comparison_are_refused_at_once,
	        where_nobody_can_be_asked_every_pairing_is_refused,
	        a_new_key_is_handed_over_and_judged,
	        a_failed_pairing_is_told_with_its_reason,
	        short_events_and_other_adapters_change_nothing,
	        stored_keys_are_loaded_as_they_came_and_in_place_of_all_others,
	        unpairing_ends_the_link_too,
	        NULL,
	};

	return suite_run_tests("mgmt_pairing", tests, setup, teardown);
}
