/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "air_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim_number.h"

#define WORD_MAX 24

struct air {
	struct shaper_config config;
	uint64_t seed;
};

static bool take_phy(struct air *air, const char *value)
{
	bool is_fast = strcmp(value, "2M") == 0;
	air->config.air.phy = is_fast ? AIRTIME_2M : AIRTIME_1M;
	return is_fast || strcmp(value, "1M") == 0;
}

static bool take_range(struct air *air, const char *value)
{
	air->config.is_out_of_range = strcmp(value, "out") == 0;
	return air->config.is_out_of_range || strcmp(value, "in") == 0;
}

/* False: no such key, or no such value of it; whether all fit together is seen at the end. */
static bool take(struct air *air, const char *key, const char *value)
{
	struct shaper_config *config = &air->config;
	uint64_t number;
	if (strcmp(key, "phy") == 0)
		return take_phy(air, value);
	if (strcmp(key, "range") == 0)
		return take_range(air, value);
	if (!sim_number_parse(value, strcmp(key, "seed") == 0 ? UINT64_MAX : UINT32_MAX, &number))
		return false;
	if (strcmp(key, "seed") == 0)
		air->seed = number;
	else if (strcmp(key, "interval") == 0)
		config->air.interval_us = (uint32_t)number;
	else if (strcmp(key, "supervision") == 0)
		config->supervision_ms = (uint32_t)number;
	else if (strcmp(key, "loss") == 0)
		config->loss_ppm = (uint32_t)number;
	else if (number > UINT16_MAX)
		return false;
	else if (strcmp(key, "latency") == 0)
		config->latency = (uint16_t)number;
	else if (strcmp(key, "packets") == 0)
		config->air.packets = (uint16_t)number;
	else if (strcmp(key, "data-length") == 0)
		config->air.data_len = (uint16_t)number;
	else
		return false;
	return true;
}

/* The next word of *text, which moves on. False: none, or too long. */
static bool next_word(const char **text, char word[WORD_MAX])
{
	size_t len;
	*text += strspn(*text, " ");
	len = strcspn(*text, " ");
	if (len == 0 || len >= WORD_MAX)
		return false;
	memcpy(word, *text, len);
	word[len] = '\0';
	*text += len;
	return true;
}

const char *air_text_parse(const char *text, struct shaper_config *config, uint64_t *seed)
{
	struct air air = {*config, *seed};
	char key[WORD_MAX], value[WORD_MAX];
	while (text[strspn(text, " ")] != '\0')
		if (!next_word(&text, key) || !next_word(&text, value) || !take(&air, key, value))
			return "KEY VALUE: interval US, latency N, supervision MS, packets N, phy 1M or "
			       "2M, data-length N, loss PPM, seed N, range in or out";
	if (!shaper_is_valid(&air.config))
		return "outside of what Bluetooth allows: interval 7500 to 4000000 in steps of 1250, "
		       "latency up to 499, data-length 27 to 251, loss up to 1000000, supervision 100 to "
		       "32000 and more than twice (1 + latency) intervals";
	*config = air.config;
	*seed = air.seed;
	return NULL;
}

size_t air_text_print(const struct shaper_config *config, char buf[AIR_TEXT_MAX])
{
	int len = snprintf(buf, AIR_TEXT_MAX,
			   "interval %" PRIu32 "\nlatency %u\nsupervision %" PRIu32
			   "\npackets %u\nphy %dM\ndata-length %u\nloss %" PRIu32 "\nrange %s",
			   config->air.interval_us, config->latency, config->supervision_ms,
			   config->air.packets, (int)config->air.phy, config->air.data_len,
			   config->loss_ppm, config->is_out_of_range ? "out" : "in");
	return len > 0 && len < AIR_TEXT_MAX ? (size_t)len : 0;
}
