/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gatt_serve - serves a GATT database read from a file on the SEQPACKET socket that is file
 * descriptor 3, until the peer closes it. Control lines on standard input make it act by itself;
 * each is answered by one line. docs/bluetooth.md has the file format and the control lines.
 *
 * usage: gatt_serve DATABASE [--mtu N] [--security WORDS]
 * Exit: 0 the peer closed, 1 the link ended otherwise, 2 usage or database.
 */
#include "gatt_database.h"
#include "gatt_server.h"
#include "gatt_text.h"
#include "hex_words.h"
#include "link_local.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINK_FD    3
#define INPUT_MAX  4096
#define VALUES_MAX 8

struct serve {
	struct loop *loop;
	struct gatt_server *server;
	struct gatt_text text;
	struct gatt_database map; /* what handle belongs to what row */
	struct gatt_peer saved;
	bool is_closed;
	int error;
	char input[INPUT_MAX];
	size_t input_len;
};

static uint8_t on_write(void *ctx, size_t row, const uint8_t *value, size_t len)
{
	const struct serve *serve = ctx;
	enum gatt_attribute_kind kind = serve->text.rows[row].kind == GATT_ROW_DESCRIPTOR
	                                        ? GATT_ATTRIBUTE_DESCRIPTOR
	                                        : GATT_ATTRIBUTE_VALUE;

	if (serve->text.refusals[row])
		return serve->text.refusals[row];
	printf("written %04x ", gatt_database_of_row(&serve->map, row, kind)->handle);
	for (size_t i = 0; i < len; i++)
		printf("%02x", value[i]);
	printf("\n");
	return 0;
}

static void on_subscribed(void *ctx, size_t row, bool enabled)
{
	const struct serve *serve = ctx;

	printf("subscribed %04x %s\n",
	       gatt_database_of_row(&serve->map, row, GATT_ATTRIBUTE_VALUE)->handle,
	       enabled ? "on" : "off");
}

static void on_confirmed(void *ctx)
{
	(void)ctx;
	printf("confirmed\n");
}

static void on_writable(void *ctx)
{
	(void)ctx;
}

static void on_closed(void *ctx, int error)
{
	struct serve *serve = ctx;

	serve->is_closed = true;
	serve->error = error;
	printf("closed %s\n", error == 0 ? "by the peer" : strerror(-error));
}

static void on_restarted(void *ctx)
{
	(void)ctx;
	printf("restarted\n");
}

static bool find_row(const struct serve *serve, const char *word, size_t *row)
{
	unsigned long handle;
	const struct gatt_attribute *attribute;

	if (!word || !hex_words_number(word, ATT_HANDLE_MAX, &handle))
		return false;
	attribute = gatt_database_find(&serve->map, (uint16_t)handle);
	if (!attribute)
		return false;
	*row = attribute->row;
	return true;
}

/* "HANDLE HEX …" into values; the number of them, 0: malformed. */
static size_t read_values(const struct serve *serve, char **rest,
                          struct gatt_server_value values[VALUES_MAX],
                          uint8_t bytes[VALUES_MAX][ATT_VALUE_MAX])
{
	size_t count = 0;
	char *word;

	while (count < VALUES_MAX && (word = strsep(rest, " ")) != NULL) {
		struct gatt_server_value *value = &values[count];

		if (!find_row(serve, word, &value->row))
			return 0;
		word = strsep(rest, " ");
		if (!hex_words_bytes(word ? word : "", bytes[count], ATT_VALUE_MAX, &value->len))
			return 0;
		value->value = bytes[count++];
	}
	return count;
}

static int send_values(struct serve *serve, const char *verb, char **rest)
{
	static uint8_t bytes[VALUES_MAX][ATT_VALUE_MAX];
	struct gatt_server_value values[VALUES_MAX];
	size_t count = read_values(serve, rest, values, bytes);

	if (count == 0)
		return -EINVAL;
	if (strcmp(verb, "indicate") == 0)
		return gatt_server_indicate(serve->server, values[0].row, values[0].value,
		                            values[0].len);
	if (count > 1)
		return gatt_server_notify_multiple(serve->server, values, count);
	return gatt_server_notify(serve->server, values[0].row, values[0].value, values[0].len);
}

static int announce(struct serve *serve, char **rest)
{
	const char *first = strsep(rest, " ");
	const char *last = strsep(rest, " ");
	unsigned long start;
	unsigned long end;

	if (!first || !last || !hex_words_number(first, ATT_HANDLE_MAX, &start) ||
	    !hex_words_number(last, ATT_HANDLE_MAX, &end))
		return -EINVAL;
	return gatt_server_announce(serve->server, (uint16_t)start, (uint16_t)end);
}

static int set_security(struct serve *serve, char *words)
{
	struct gatt_security security = {.level = 1};
	for (const char *word; (word = strsep(&words, " ,")) != NULL;) {
		unsigned long size;

		if (strcmp(word, "encrypted") == 0)
			security.level = 2;
		else if (strcmp(word, "authenticated") == 0)
			security.level = 3;
		else if (strcmp(word, "bonded") == 0)
			security.is_bonded = true;
		else if (strcmp(word, "authorized") == 0)
			security.is_authorized = true;
		else if (strncmp(word, "key-size=", 9) == 0 &&
		         hex_words_number(word + 9, 16, &size))
			security.key_size = (uint8_t)size;
		else if (strcmp(word, "none") != 0)
			return -EINVAL;
	}
	if (security.level > 1 && security.key_size == 0)
		security.key_size = 16;
	gatt_server_set_security(serve->server, &security);
	return 0;
}

static int obey(struct serve *serve, char *line)
{
	char *rest = line;
	const char *verb = strsep(&rest, " ");

	if (strcmp(verb, "notify") == 0 || strcmp(verb, "indicate") == 0)
		return send_values(serve, verb, &rest);
	if (strcmp(verb, "announce") == 0)
		return announce(serve, &rest);
	if (strcmp(verb, "security") == 0)
		return set_security(serve, rest);
	if (strcmp(verb, "save") == 0) {
		gatt_server_save(serve->server, &serve->saved);
		return 0;
	}
	if (strcmp(verb, "restore") == 0) {
		gatt_server_restore(serve->server, &serve->saved);
		return 0;
	}
	return -EINVAL;
}

static void on_input(void *ctx, int fd, short revents)
{
	struct serve *serve = ctx;
	ssize_t n =
	        read(fd, serve->input + serve->input_len, sizeof serve->input - serve->input_len);
	char *end;

	(void)revents;
	if (n <= 0) {
		loop_remove_fd(serve->loop, fd);
		return;
	}
	serve->input_len += (size_t)n;
	while ((end = memchr(serve->input, '\n', serve->input_len)) != NULL) {
		size_t used = (size_t)(end - serve->input) + 1;
		int err;

		*end = '\0';
		err = obey(serve, serve->input);
		printf("%s\n", err ? strerror(-err) : "ok");
		memmove(serve->input, serve->input + used, serve->input_len - used);
		serve->input_len -= used;
	}
}

static void start(struct serve *serve, int argc, char **argv)
{
	static const struct gatt_server_handlers handlers = {
	        on_write, on_subscribed, on_confirmed, on_writable, on_closed, on_restarted};
	char *security = NULL;
	struct link *link;

	for (int i = 2; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--mtu") == 0)
			serve->text.mtu = (uint16_t)strtoul(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--security") == 0)
			security = argv[i + 1];
	}
	link = link_local_wrap(LINK_FD);
	if (!link || !serve->loop ||
	    gatt_database_init(&serve->map, serve->text.rows, serve->text.count) != 0 ||
	    gatt_server_create(&serve->server, serve->loop, link, serve->text.rows,
	                       serve->text.count, serve->text.mtu, &handlers, serve) != 0) {
		fprintf(stderr, "%s: not a database that can be served\n", argv[1]);
		exit(2);
	}
	gatt_server_set_queue(serve->server, serve->text.queue);
	if (security && set_security(serve, security) != 0)
		exit(2);
}

int main(int argc, char **argv)
{
	static struct serve serve;

	if (argc < 2 || argc % 2 != 0) {
		fprintf(stderr, "usage: gatt_serve DATABASE [--mtu N] [--security WORDS]\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	gatt_text_load(&serve.text, argv[1]);
	serve.loop = loop_create();
	start(&serve, argc, argv);
	if (loop_add_fd(serve.loop, STDIN_FILENO, POLLIN, on_input, &serve) != 0)
		return 1;
	while (!serve.is_closed)
		(void)loop_turn(serve.loop, -1);
	gatt_server_destroy(serve.server);
	gatt_database_finish(&serve.map);
	gatt_text_finish(&serve.text);
	loop_destroy(serve.loop);
	return serve.error == 0 || serve.error == -ECONNRESET ? 0 : 1;
}
