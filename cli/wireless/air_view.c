/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "air_view.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "output.h"
#include "simulator.h"

#define ANSWER_WAIT_MS 20000
#define NO_TIME        "the local link takes no time"

static uint64_t number_of(const char *text)
{
	int64_t number = 0;
	(void)simulator_number(text, &number);
	return (uint64_t)number;
}

/* "KEY VALUE" */
static void take_line(void *ctx, const char *line)
{
	struct air_view *view = ctx;
	const size_t len = strcspn(line, " ");
	const char *value = line[len] ? line + len + 1 : "";
	const struct {
		const char *key;
		uint32_t *member;
	} words[] = {{"interval", &view->air.interval_us},
		     {"latency", &view->latency},
		     {"supervision", &view->supervision_ms},
		     {"loss", &view->loss_ppm}};
	const struct {
		const char *key;
		uint64_t *member;
	} counts[] = {{"carried", &view->carried}, {"lost", &view->lost}, {"dropped", &view->dropped}};
	char key[16];
	(void)snprintf(key, sizeof(key), "%.*s", (int)len, line);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(key, words[i].key))
			*words[i].member = (uint32_t)number_of(value);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		if (!strcmp(key, counts[i].key))
			*counts[i].member = number_of(value);
	if (!strcmp(key, "packets"))
		view->air.packets = (uint16_t)number_of(value);
	else if (!strcmp(key, "data-length"))
		view->air.data_len = (uint16_t)number_of(value);
	else if (!strcmp(key, "phy"))
		view->air.phy = !strcmp(value, "2M") ? AIRTIME_2M : AIRTIME_1M;
	else if (!strcmp(key, "range"))
		view->is_out_of_range = !strcmp(value, "out");
	else if (!strcmp(key, "open"))
		view->is_open = number_of(value) != 0;
}

int air_view_ask(const char *name, const char *request, struct air_view *out, char *answer)
{
	*out = (struct air_view){.air = {.is_encrypted = true}};
	const int err = simulator_ask(name, request, ANSWER_WAIT_MS, take_line, out, answer);
	if (err)
		return err == -EREMOTEIO && !strcmp(answer, NO_TIME) ? -ENOENT : err;
	/* An answer that is not whole must not become a figure. */
	return out->air.interval_us > 0 && airtime_is_valid(&out->air) ? 0 : -EPROTO;
}

static void add_quantity(struct cJSON *parent, const char *key, const char *value, const char *unit,
			 const char *display)
{
	struct cJSON *quantity = output_object(parent, key);
	output_string(quantity, "value", value);
	output_string(quantity, "unit", unit);
	output_string(quantity, "display", display);
}

void air_view_show_rate(struct cJSON *data, const char *key, uint64_t bits_per_second)
{
	char value[24], display[32];
	(void)snprintf(value, sizeof(value), "%" PRIu64, bits_per_second);
	(void)snprintf(display, sizeof(display), "%" PRIu64 ".%" PRIu64 " kbit/s",
		       bits_per_second / 1000, bits_per_second / 100 % 10);
	add_quantity(data, key, value, "bit/s", display);
}

/* Microseconds in steps of 10 as ms without zeros at the end. */
static void show_ms(struct cJSON *data, const char *key, uint64_t us)
{
	char value[24], display[32];
	int len = snprintf(value, sizeof(value), "%" PRIu64 ".%02" PRIu64, us / 1000, us / 10 % 100);
	while (value[len - 1] == '0')
		value[--len] = '\0';
	if (value[len - 1] == '.')
		value[--len] = '\0';
	(void)snprintf(display, sizeof(display), "%s ms", value);
	add_quantity(data, key, value, "ms", display);
}

void air_view_show(struct cJSON *data, const struct air_view *view)
{
	show_ms(data, "connection_interval", view->air.interval_us);
	output_integer(data, "latency_events", view->latency);
	show_ms(data, "supervision_timeout", (uint64_t)view->supervision_ms * 1000);
	output_format(data, "phy", "%dM", (int)view->air.phy);
	output_integer(data, "data_length_octets", view->air.data_len);
	if (view->air.packets)
		output_format(data, "packets_in_an_event", "%u", view->air.packets);
	else
		output_string(data, "packets_in_an_event", "as many as fit");
}
