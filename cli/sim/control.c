/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim_clock.h"
#include "sim_number.h"

#define CLIENTS_MAX  4
#define REQUEST_MAX  256
#define MESSAGE_SIZE 3072
#define WORDS_MAX    3
#define AIR          "air" /* takes any number of words */
/* What is left above the alarm by "low": 10 mcL, so that the alarm comes soon. */
#define LOW_MARGIN_NL 10000

struct client {
	struct control *control;
	int fd; /* -1: free place */
	bool waits_for_advance, lists_log;
	uint64_t next_record, last_record, listed;
};

struct control {
	struct control_config config;
	struct client clients[CLIENTS_MAX];
};

struct request {
	struct client *client;
	struct control *control;
	const char *words[WORDS_MAX];
	size_t count;
	uint64_t number; /* words[1], where the row asks for one */
};

static void hang_up(struct client *client)
{
	loop_remove_fd(client->control->config.loop, client->fd);
	(void)close(client->fd);
	client->fd = -1;
	client->waits_for_advance = client->lists_log = false;
}

static void drop(struct client *client)
{
	fprintf(stderr, "pumpsim: a control connection takes no answer and is closed: %s\n",
		strerror(errno));
	hang_up(client);
}

/* A client that does not take its answers is dropped; the log alone waits for room. */
static void say(struct client *client, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void say(struct client *client, const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	int len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (client->fd < 0 || len < 0 || (size_t)len >= sizeof(text))
		return;
	if (send(client->fd, text, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		drop(client);
}

static const char *therapy_name(uint8_t therapy)
{
	switch (therapy) {
	case THERAPY_RUNNING:
		return "running";
	case THERAPY_STOPPED:
		return "stopped";
	case THERAPY_MINIMUM:
		return "minimum";
	default:
		return "undetermined";
	}
}

static void do_status(const struct request *request)
{
	const struct control_config *config = &request->control->config;
	struct pump_view view;
	peripheral_look(config->peripheral, &view);
	say(request->client,
	    "+name %s\nserial %s\nmodel %s\npid %ld\ntransport %s\nconnected %d\n"
	    "therapy-s %" PRIu64 "\ntherapy %s\nrate %" PRIu64 "\nreservoir %" PRIu64
	    "\nbelieved %" PRIu64 "\ndelivered %" PRIu64 "\nlow-alarm %" PRIu64 "\nalarms %" PRIu32
	    "\nlog-first %" PRIu64 "\nlog-last %" PRIu64 "\nwindow %d\npdus %" PRIu64,
	    config->about->name, config->about->serial, config->about->model, (long)getpid(),
	    config->transport, peripheral_is_connected(config->peripheral), view.therapy_s,
	    therapy_name(view.therapy), view.rate_nl_per_day, view.true_reservoir_nl,
	    view.believed_reservoir_nl, view.delivered_nl, view.low_alarm_nl, view.alarms,
	    view.log_first, view.log_last, view.window_open, config->faults->pdus);
	say(request->client, "ok");
}

static void do_advance(const struct request *request)
{
	request->client->waits_for_advance = true;
	peripheral_advance(request->control->config.peripheral, request->number);
}

static void do_speed(const struct request *request)
{
	peripheral_set_speed(request->control->config.peripheral, (uint32_t)request->number);
	say(request->client, "ok");
}

static void do_drop(const struct request *request)
{
	bool before = strcmp(request->words[2], "before") == 0;
	if (!before && strcmp(request->words[2], "after") != 0) {
		say(request->client, "no such place: before or after the PDU");
		return;
	}
	faults_order(request->control->config.faults, before ? FAULT_DROP_BEFORE : FAULT_DROP_AFTER,
		     request->number);
	say(request->client, "ok");
}

static void do_hold(const struct request *request)
{
	faults_order(request->control->config.faults, FAULT_HOLD, request->number);
	say(request->client, "ok");
}

static void do_release(const struct request *request)
{
	faults_release(request->control->config.faults);
	say(request->client, "ok");
}

static void say_air(const struct request *request)
{
	char text[PUMP_AIR_TEXT_MAX];
	(void)pump_air_print(request->control->config.air, text);
	say(request->client, "+%s", text);
	say(request->client, "ok");
}

/* words[1]: all that follows the verb. */
static void do_air(const struct request *request)
{
	struct pump_air *air = request->control->config.air;
	const char *wrong = NULL;
	if (request->words[1])
		wrong = pump_air_set(air, request->words[1]);
	else if (!air->is_on)
		wrong = "the local link takes no time";
	if (wrong)
		say(request->client, "no %s", wrong);
	else
		say_air(request);
}

static void do_pace(const struct request *request)
{
	bool is_fast = strcmp(request->words[1], "fast") == 0;
	if (!is_fast && strcmp(request->words[1], "slow") != 0) {
		say(request->client, "no such pace: fast or slow");
		return;
	}
	if (request->control->config.air->is_on)
		pump_air_pace(request->control->config.air, is_fast);
	say(request->client, "ok");
}

static void do_fail(const struct request *request)
{
	peripheral_fail_next_store(request->control->config.peripheral);
	say(request->client, "ok");
}

static void do_fault(const struct request *request)
{
	static const char *const names[] = {[PUMP_SOUND] = "sound",
					    [PUMP_OTHER_DOSE] = "other-dose",
					    [PUMP_OTHER_RATE] = "other-rate",
					    [PUMP_STALL] = "stall"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(request->words[1], names[i]) != 0)
			continue;
		peripheral_set_fault(request->control->config.peripheral, (enum pump_fault)i);
		say(request->client, "ok");
		return;
	}
	say(request->client, "no such fault");
}

static void do_low(const struct request *request)
{
	struct pump_view view;
	peripheral_look(request->control->config.peripheral, &view);
	peripheral_fill(request->control->config.peripheral, view.low_alarm_nl + LOW_MARGIN_NL);
	say(request->client, "ok");
}

static void do_fill(const struct request *request)
{
	peripheral_fill(request->control->config.peripheral, request->number);
	say(request->client, "ok");
}

static void do_magnet(const struct request *request)
{
	peripheral_press_magnet(request->control->config.peripheral);
	say(request->client, "ok");
}

static void do_press(const struct request *request)
{
	peripheral_press_button(request->control->config.peripheral);
	say(request->client, "ok");
}

static void do_reset(const struct request *request)
{
	peripheral_reset(request->control->config.peripheral);
	say(request->client, "ok");
}

static void do_pdus(const struct request *request)
{
	say(request->client, "ok %" PRIu64, request->control->config.faults->pdus);
}

static void do_stop(const struct request *request)
{
	say(request->client, "ok");
	request->control->config.on_stop(request->control->config.ctx);
}

/* Lines of as many records as fit, from client->next_record on; *next: the first one left out. */
static size_t format_records(const struct client *client, char *text, size_t size, uint64_t *next,
			     uint64_t *listed)
{
	static const char digits[] = "0123456789abcdef";
	const size_t line_max = 24 + 2 * RECORD_MAX;
	uint8_t raw[RECORD_MAX];
	size_t at = 0;
	uint64_t seq = client->next_record;
	text[at++] = '+';
	for (; seq <= client->last_record && size - at > line_max; seq++) {
		size_t len = peripheral_log_read(client->control->config.peripheral, seq, raw);
		if (len == 0)
			continue; /* overwritten since the list began */
		at += (size_t)snprintf(text + at, size - at, "%s%" PRIu64 " ", at > 1 ? "\n" : "",
				       seq);
		for (size_t i = 0; i < len; i++) {
			text[at++] = digits[raw[i] >> 4];
			text[at++] = digits[raw[i] & 15];
		}
		(*listed)++;
	}
	*next = seq;
	return at;
}

/* False: the socket is full, or the client is gone; what was not sent is to be sent again. */
static bool send_part(struct client *client, const char *text, size_t len)
{
	if (send(client->fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
		return true;
	if (errno != EAGAIN)
		drop(client);
	return false;
}

/* Sends until the socket is full; the rest, the closing "ok" too, follows when there is room. */
static void list_more(struct client *client)
{
	char text[MESSAGE_SIZE];
	while (client->next_record <= client->last_record) {
		uint64_t next, listed = client->listed;
		size_t len = format_records(client, text, sizeof(text), &next, &listed);
		if (!send_part(client, text, len))
			return;
		client->next_record = next;
		client->listed = listed;
	}
	int len = snprintf(text, sizeof(text), "ok %" PRIu64, client->listed);
	if (!send_part(client, text, (size_t)len))
		return;
	client->lists_log = false;
	(void)loop_set_events(client->control->config.loop, client->fd, POLLIN);
}

static void do_log(const struct request *request)
{
	struct client *client = request->client;
	struct pump_view view;
	peripheral_look(request->control->config.peripheral, &view);
	client->next_record = view.log_first;
	client->last_record = view.log_last;
	client->listed = 0;
	client->lists_log = true;
	(void)loop_set_events(request->control->config.loop, client->fd, POLLOUT);
}

struct row {
	const char *verb;
	size_t words;
	uint64_t least, greatest; /* of words[1]; both 0: it is no number */
	void (*run)(const struct request *request);
};

static const struct row rows[] = {
	{"status", 1, 0, 0, do_status},
	{"advance", 2, 1, SIM_CLOCK_THERAPY_MAX, do_advance},
	{"speed", 2, 1, SIM_CLOCK_SPEED_MAX, do_speed},
	{"drop", 3, 1, INT64_MAX, do_drop},
	{"hold", 2, 1, INT64_MAX, do_hold},
	{"release", 1, 0, 0, do_release},
	{"pace", 2, 0, 0, do_pace},
	{"fail", 1, 0, 0, do_fail},
	{"fault", 2, 0, 0, do_fault},
	{"low", 1, 0, 0, do_low},
	{"fill", 2, 0, UINT32_MAX, do_fill},
	{"magnet", 1, 0, 0, do_magnet},
	{"press", 1, 0, 0, do_press},
	{"reset", 1, 0, 0, do_reset},
	{"log", 1, 0, 0, do_log},
	{"pdus", 1, 0, 0, do_pdus},
	{"stop", 1, 0, 0, do_stop},
};

static const struct row *find_row(const char *verb)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].verb, verb) == 0)
			return &rows[i];
	return NULL;
}

/* Cuts text at single blanks. Words beyond WORDS_MAX stay in the last one and fit no row. */
static void split(char *text, struct request *request)
{
	request->words[request->count++] = text;
	char *blank;
	while (request->count < WORDS_MAX && (blank = strchr(text, ' ')) != NULL) {
		*blank = '\0';
		text = blank + 1;
		request->words[request->count++] = text;
	}
}

static void answer(struct client *client, char *text)
{
	struct request request = {.client = client, .control = client->control};
	if (strncmp(text, AIR, strlen(AIR)) == 0 && strchr(" ", text[strlen(AIR)])) {
		request.words[1] = text[strlen(AIR)] ? text + strlen(AIR) : NULL;
		do_air(&request);
		return;
	}
	split(text, &request);
	const struct row *row = find_row(request.words[0]);
	if (!row || row->words != request.count) {
		say(client, "no such request");
		return;
	}
	if (row->greatest > 0 &&
	    (!sim_number_parse(request.words[1], row->greatest, &request.number) ||
	     request.number < row->least)) {
		say(client, "no number from %" PRIu64 " to %" PRIu64, row->least, row->greatest);
		return;
	}
	row->run(&request);
}

static void on_client(void *ctx, int fd, short revents)
{
	struct client *client = ctx;
	char text[REQUEST_MAX + 1];
	if (client->lists_log && (revents & POLLOUT) != 0) {
		list_more(client);
		return;
	}
	ssize_t len = recv(fd, text, REQUEST_MAX, MSG_DONTWAIT);
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len <= 0) {
		hang_up(client);
		return;
	}
	text[len] = '\0';
	if (client->waits_for_advance || client->lists_log)
		say(client, "no answer yet to the last request");
	else
		answer(client, text);
}

struct control *control_create(const struct control_config *config)
{
	struct control *control = calloc(1, sizeof(*control));
	if (!control)
		return NULL;
	control->config = *config;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		control->clients[i] = (struct client){.control = control, .fd = -1};
	return control;
}

void control_destroy(struct control *control)
{
	if (!control)
		return;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (control->clients[i].fd >= 0)
			hang_up(&control->clients[i]);
	free(control);
}

void control_add(struct control *control, int fd)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &control->clients[i];
		if (client->fd >= 0)
			continue;
		if (loop_add_fd(control->config.loop, fd, POLLIN, on_client, client) != 0)
			break;
		client->fd = fd;
		return;
	}
	(void)close(fd);
}

void control_advanced(struct control *control)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &control->clients[i];
		if (!client->waits_for_advance)
			continue;
		client->waits_for_advance = false;
		say(client, "ok");
	}
}
