/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * session_cost: processor time of a whole handshake of both sides, and what sealing and opening a message
 * of 4 KiB costs against bare libsodium in the same run. Prints microseconds and the ratio.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "handshake.h"

enum { HANDSHAKES = 500, MESSAGES = 2000, ROUNDS = 9 };

static struct seal programmer_seal, pump_seal;
static uint8_t plain[PLAINTEXT_MAX], sealed[MESSAGE_MAX], opened[MESSAGE_MAX];

static double now_us(void)
{
	struct timespec at;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
	return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

static void shake(uint8_t seed)
{
	struct handshake_setup setup = {.role = ROLE_PROGRAMMER, .secret_kind = SECRET_KEY, .seed = {seed}};
	struct handshake programmer, pump;
	uint8_t message[2][HANDSHAKE_MAX];
	size_t len = HELLO_PUMP_LEN;

	handshake_begin(&programmer, &setup, message[0]);
	setup.role = ROLE_PUMP;
	setup.seed[1] = 1;
	handshake_meet(&pump, &setup, message[0], message[1]);
	for (int turn = 1; len > 0; turn ^= 1)
		if (handshake_take(turn ? &programmer : &pump, message[turn], len, message[turn ^ 1], &len))
			exit(EXIT_FAILURE);
	if (programmer.state != HANDSHAKE_DONE || pump.state != HANDSHAKE_DONE)
		exit(EXIT_FAILURE);
	handshake_seal(&programmer, &programmer_seal);
	handshake_seal(&pump, &pump_seal);
}

static double time_ours(void)
{
	double start = now_us();
	size_t len;

	for (int i = 0; i < MESSAGES; i++)
		if (seal_message(&programmer_seal, CHANNEL_IN, plain, sizeof plain, sealed, &len) ||
		    seal_open(&pump_seal, CHANNEL_IN, sealed, len, opened, &len))
			exit(EXIT_FAILURE);
	return now_us() - start;
}

static double time_bare(void)
{
	static const uint8_t key[crypto_aead_chacha20poly1305_ietf_KEYBYTES] = {1};
	uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES] = {0};
	double start = now_us();
	unsigned long long len;

	for (int i = 0; i < MESSAGES; i++) {
		memcpy(nonce, &i, sizeof i);
		crypto_aead_chacha20poly1305_ietf_encrypt(sealed, &len, plain, sizeof plain, NULL, 0, NULL,
							  nonce, key);
		if (crypto_aead_chacha20poly1305_ietf_decrypt(opened, &len, NULL, sealed, len, NULL, 0,
							      nonce, key))
			exit(EXIT_FAILURE);
	}
	return now_us() - start;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(void)
{
	double ratios[ROUNDS], start, each;

	if (sodium_init() < 0)
		return EXIT_FAILURE;
	start = now_us();
	for (int i = 0; i < HANDSHAKES; i++)
		shake((uint8_t)i);
	each = (now_us() - start) / HANDSHAKES;
	for (int i = 0; i < ROUNDS; i++) {
		shake((uint8_t)i);
		ratios[i] = time_ours() / time_bare();
	}
	qsort(ratios, ROUNDS, sizeof ratios[0], compare);
	printf("%.0f %.3f\n", each, ratios[ROUNDS / 2]);
	return EXIT_SUCCESS;
}
