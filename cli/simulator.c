/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulator.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json.h"
#include "link_local.h"

/* Longest message of an answer (pumpsim's log lists are packed). */
#define MESSAGE_SIZE 3584
#define ABOUT_MAX    512
/* A pump that makes a long history answers between two slices of it. */
#define LOOK_WAIT_MS 20000

bool simulator_number(const char *text, int64_t *out)
{
	int64_t value = 0;
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++)
		if (*text < '0' || *text > '9' || __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, *text - '0', &value))
			return false;
	*out = value;
	return true;
}

int simulator_root(const char *state_dir, char *buf)
{
	int len = snprintf(buf, SIMULATOR_PATH_MAX, "%s/sims", state_dir);
	if (len < 0 || len >= SIMULATOR_PATH_MAX)
		return -ENAMETOOLONG;
	return mkdir(buf, 0700) != 0 && errno != EEXIST ? -errno : 0;
}

int simulator_directory(const char *state_dir, const char *name, char *buf)
{
	int err = simulator_root(state_dir, buf);
	if (err)
		return err;
	size_t used = strlen(buf);
	int len = snprintf(buf + used, SIMULATOR_PATH_MAX - used, "/%s", name);
	return len < 0 || (size_t)len >= SIMULATOR_PATH_MAX - used ? -ENAMETOOLONG : 0;
}

int simulator_about(const char *directory, struct simulator_about *about)
{
	char text[ABOUT_MAX];
	long len = state_read_file(directory, "about", text, sizeof(text));
	if (len < 0)
		return (int)len;
	cJSON *json = json_parse(text, (size_t)len);
	bool good = json && !json_get_text(json, "name", about->name, sizeof(about->name)) &&
		    !json_get_text(json, "serial", about->serial, sizeof(about->serial)) &&
		    !json_get_text(json, "model", about->model, sizeof(about->model));
	cJSON_Delete(json);
	return good ? 0 : -EBADMSG;
}

/* One message into buf as text. Length (above 0), -ECONNRESET at the end, -ETIMEDOUT, -errno. */
static int receive(int fd, int timeout_ms, char *buf, size_t size)
{
	struct pollfd polled = {.fd = fd, .events = POLLIN};
	int ready;
	do
		ready = poll(&polled, 1, timeout_ms);
	while (ready < 0 && errno == EINTR);
	if (ready <= 0)
		return ready < 0 ? -errno : -ETIMEDOUT;
	ssize_t len = recv(fd, buf, size - 1, MSG_TRUNC);
	if (len < 0)
		return -errno;
	if (len == 0)
		return -ECONNRESET;
	if ((size_t)len >= size)
		return -EPROTO;
	buf[len] = '\0';
	return (int)len;
}

static int connect_to(const char *name)
{
	char directory[108], path[160], greeting[SIMULATOR_NAME_MAX + 16];
	int err = link_local_directory(directory, sizeof(directory));
	if (err)
		return err;
	(void)snprintf(path, sizeof(path), "%s/%s.sock", directory, name);
	(void)snprintf(greeting, sizeof(greeting), "control %s", name);
	int fd = link_local_connect(path, greeting);
	return fd == -ECONNREFUSED || fd == -ENOENT ? -ENODEV : fd;
}

static void give_lines(char *text, simulator_line_fn line, void *ctx)
{
	while (text) {
		char *end = strchr(text, '\n');
		if (end)
			*end = '\0';
		line(ctx, text);
		text = end ? end + 1 : NULL;
	}
}

/* "ok", "ok TEXT" or "no REASON". */
static int last_message(const char *text, char *answer)
{
	bool ok = strncmp(text, "ok", 2) == 0;
	if ((!ok && strncmp(text, "no", 2) != 0) || (text[2] != '\0' && text[2] != ' '))
		return -EPROTO;
	if (answer)
		(void)snprintf(answer, SIMULATOR_ANSWER_MAX, "%.*s", SIMULATOR_ANSWER_MAX - 1,
			       text[2] ? text + 3 : "");
	return ok ? 0 : -EREMOTEIO;
}

static int take_answer(int fd, int timeout_ms, simulator_line_fn line, void *ctx, char *answer)
{
	char text[MESSAGE_SIZE];
	for (;;) {
		int len = receive(fd, timeout_ms, text, sizeof(text));
		if (len < 0)
			return len;
		if (text[0] != '+')
			return last_message(text, answer);
		if (line)
			give_lines(text + 1, line, ctx);
	}
}

int simulator_ask(const char *name, const char *request, int timeout_ms, simulator_line_fn line,
		  void *ctx, char *answer)
{
	if (answer)
		answer[0] = '\0';
	int fd = connect_to(name);
	if (fd < 0)
		return fd;
	int err = take_answer(fd, timeout_ms, NULL, NULL, NULL); /* the greeting's */
	if (!err && send(fd, request, strlen(request), MSG_NOSIGNAL) < 0)
		err = -errno;
	if (!err)
		err = take_answer(fd, timeout_ms, line, ctx, answer);
	(void)close(fd);
	return err;
}

long simulator_pid(const char *directory)
{
	char text[24];
	int64_t pid = 0;
	long len = state_read_file(directory, "running", text, sizeof(text) - 1);
	if (len <= 0)
		return 0;
	text[len] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return simulator_number(text, &pid) ? (long)pid : 0;
}

struct status_row {
	const char *key;
	size_t offset;
	size_t size; /* of a text; 0: a number */
};

#define NUMBER(member) offsetof(struct simulator_status, member), 0
#define TEXT(member)                                                                               \
	offsetof(struct simulator_status, member), sizeof(((struct simulator_status *)0)->member)

static const struct status_row status_rows[] = {
	{"transport", TEXT(transport)},   {"therapy", TEXT(therapy)},
	{"pid", NUMBER(pid)},             {"connected", NUMBER(connected)},
	{"therapy-s", NUMBER(therapy_s)}, {"rate", NUMBER(rate)},
	{"reservoir", NUMBER(reservoir)}, {"believed", NUMBER(believed)},
	{"delivered", NUMBER(delivered)}, {"alarms", NUMBER(alarms)},
	{"log-first", NUMBER(log_first)}, {"log-last", NUMBER(log_last)},
	{"pdus", NUMBER(pdus)},
};

/* "KEY VALUE"; keys of a newer pumpsim are left out. */
static void take_status(void *ctx, const char *line)
{
	size_t key_len = strcspn(line, " ");
	if (line[key_len] == '\0')
		return;
	for (size_t i = 0; i < sizeof(status_rows) / sizeof(status_rows[0]); i++) {
		const struct status_row *row = &status_rows[i];
		char *member = (char *)ctx + row->offset;
		int64_t number;
		if (strlen(row->key) != key_len || strncmp(row->key, line, key_len) != 0)
			continue;
		if (row->size > 0)
			(void)snprintf(member, row->size, "%s", line + key_len + 1);
		else if (simulator_number(line + key_len + 1, &number))
			memcpy(member, &number, sizeof(number));
	}
}

int simulator_look(const char *directory, const char *name, struct simulator_status *status)
{
	memset(status, 0, sizeof(*status));
	int err = simulator_ask(name, "status", LOOK_WAIT_MS, take_status, status, NULL);
	if (err)
		return err;
	return status->pid == simulator_pid(directory) ? 0 : -EEXIST;
}
