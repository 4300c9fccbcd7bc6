/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gatt_ask - a GATT client on the SEQPACKET socket that is file descriptor 3: finds everything the
 * peer holds, prints it, then runs the operations of a text file one by one and prints how each
 * ended. docs/bluetooth.md has the operations and the lines printed.
 *
 * usage: gatt_ask OPERATIONS [--mtu N] [--security raise|never] [--follow yes] [--bonded yes]
 *                            [--cache FILE] [--timeout MS]
 * Exit: 0 all operations were run, 1 the link ended before, 2 usage or operations.
 */
#include "gatt_central.h"
#include "hex_words.h"
#include "link_local.h"
#include "loop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINK_FD 3
#define LINE    2200

struct ask {
	struct loop *loop;
	struct gatt_central *central;
	FILE *operations;
	const char *path;
	const char *cache_path;
	struct gatt_tree cache;
	unsigned line;
	char verb[16];
	char handle[8];
	uint8_t values[GATT_PARTS_MAX][ATT_VALUE_MAX];
	unsigned awaited; /* values that a wait line still wants */
	bool can_raise;
	bool is_waiting; /* for values */
	bool is_changed; /* nothing is asked before the new tree is there */
	bool is_raising;
	bool is_done;
	bool is_closed;
	bool has_failed; /* the link ended before the operations, or the peer broke ATT */
};

static _Noreturn void fail(const struct ask *ask, const char *what)
{
	fprintf(stderr, "%s:%u: %s\n", ask->path, ask->line, what);
	exit(2);
}

static void print_hex(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		printf("%02x", bytes[i]);
}

/* In text order; the long form without hyphens. */
static void print_uuid(const struct att_uuid *uuid)
{
	for (size_t i = uuid->len; i > 0; i--)
		printf("%02x", uuid->bytes[i - 1]);
	printf("\n");
}

static void print_characteristics(const struct gatt_tree *tree, const struct gatt_service *service)
{
	for (size_t i = 0; i < tree->characteristic_count; i++) {
		const struct gatt_characteristic *found = &tree->characteristics[i];

		if (found->handle < service->start || found->handle > service->end)
			continue;
		printf("characteristic %04x %04x %02x ", found->handle, found->value_handle,
		       found->properties);
		print_uuid(&found->uuid);
		for (size_t k = 0; k < tree->descriptor_count; k++) {
			uint16_t handle = tree->descriptors[k].handle;

			if (handle <= found->value_handle || handle > found->end)
				continue;
			printf("descriptor %04x ", handle);
			print_uuid(&tree->descriptors[k].uuid);
		}
	}
}

static void print_tree(const struct gatt_tree *tree)
{
	for (size_t i = 0; i < tree->service_count; i++) {
		const struct gatt_service *service = &tree->services[i];

		printf("%s %04x %04x ", service->is_primary ? "primary" : "secondary",
		       service->start, service->end);
		print_uuid(&service->uuid);
		for (size_t k = 0; k < tree->include_count; k++) {
			const struct gatt_include *include = &tree->includes[k];

			if (include->handle < service->start || include->handle > service->end)
				continue;
			printf("include %04x %04x %04x ", include->handle, include->start,
			       include->end);
			print_uuid(&include->uuid);
		}
		print_characteristics(tree, service);
	}
}

/* "ff*512" repeats a byte; everything else is plain hex. */
static bool read_bytes(const char *word, uint8_t out[ATT_VALUE_MAX], size_t *len)
{
	const char *star = word ? strchr(word, '*') : NULL;
	char byte[3] = "";

	if (!star)
		return word && hex_words_bytes(word, out, ATT_VALUE_MAX, len);
	if (star - word != 2)
		return false;
	memcpy(byte, word, 2);
	if (!hex_words_bytes(byte, out, 1, len))
		return false;
	*len = strtoul(star + 1, NULL, 10);
	if (*len == 0 || *len > ATT_VALUE_MAX)
		return false;
	memset(out, out[0], *len);
	return true;
}

static uint16_t read_handle(const struct ask *ask, const char *word)
{
	unsigned long handle;

	if (!word || !hex_words_number(word, ATT_HANDLE_MAX, &handle))
		fail(ask, "not a handle");
	return (uint16_t)handle;
}

static void read_parts(struct ask *ask, struct gatt_operation *operation, char *rest,
                       bool has_values)
{
	while (rest && operation->count < GATT_PARTS_MAX) {
		struct gatt_part *part = &operation->parts[operation->count];

		part->handle = read_handle(ask, strsep(&rest, " "));
		part->value = ask->values[operation->count];
		if (has_values &&
		    !read_bytes(strsep(&rest, " "), ask->values[operation->count], &part->len))
			fail(ask, "not a value");
		operation->count++;
	}
	if (rest || operation->count == 0)
		fail(ask, "too many attributes or none");
}

static void read_type(struct ask *ask, struct gatt_operation *operation, char *rest)
{
	uint8_t bytes[16];
	size_t len;
	const char *word = strsep(&rest, " ");

	if (!word || !hex_words_bytes(word, bytes, sizeof bytes, &len))
		fail(ask, "not a UUID");
	operation->type = att_uuid_from_text(bytes, len);
	operation->start = rest ? read_handle(ask, strsep(&rest, " ")) : 1;
	operation->end = rest ? read_handle(ask, strsep(&rest, " ")) : ATT_HANDLE_MAX;
}

static int subscribe(struct ask *ask, char *rest)
{
	static const struct {
		const char *word;
		uint16_t bits;
	} kinds[] = {{"notify", 1}, {"indicate", 2}, {"both", 3}, {"off", 0}};
	uint16_t handle = read_handle(ask, strsep(&rest, " "));

	for (size_t i = 0; rest && i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(rest, kinds[i].word) == 0)
			return gatt_central_subscribe(ask->central, handle, kinds[i].bits);
	fail(ask, "subscribe HANDLE notify|indicate|both|off");
}

/* Begins one of the operations that have a table row. */
static int start(struct ask *ask, char *rest)
{
	static const struct {
		const char *verb;
		enum gatt_operation_kind kind;
		bool has_values;
	} verbs[] = {
	        {"read", GATT_READ, false},
	        {"read-long", GATT_READ_LONG, false},
	        {"read-multiple", GATT_READ_MULTIPLE, false},
	        {"read-variable", GATT_READ_VARIABLE, false},
	        {"read-type", GATT_READ_TYPE, false},
	        {"write", GATT_WRITE, true},
	        {"write-long", GATT_WRITE_PREPARED, true},
	        {"reliable-write", GATT_WRITE_PREPARED, true},
	};
	struct gatt_operation operation = {.count = 0};

	if (strcmp(ask->verb, "subscribe") == 0)
		return subscribe(ask, rest);
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
		if (strcmp(ask->verb, verbs[i].verb) != 0)
			continue;
		operation.kind = verbs[i].kind;
		if (operation.kind == GATT_READ_TYPE)
			read_type(ask, &operation, rest);
		else
			read_parts(ask, &operation, rest, verbs[i].has_values);
		return gatt_central_start(ask->central, &operation);
	}
	fail(ask, "unknown operation");
}

static void command(struct ask *ask, char *rest)
{
	uint16_t handle = read_handle(ask, strsep(&rest, " "));
	size_t len;
	int err;

	if (!read_bytes(rest, ask->values[0], &len))
		fail(ask, "not a value");
	err = gatt_central_command(ask->central, handle, ask->values[0], len);
	printf("%s %s: %s\n", ask->verb, ask->handle, err ? strerror(-err) : "sent, unknown");
}

/* Runs lines until one has to wait for the peer. */
static void run(struct ask *ask)
{
	char line[LINE];

	while (!ask->is_done && !ask->is_closed) {
		char *rest = line;
		int err;

		if (!fgets(line, sizeof line, ask->operations)) {
			ask->is_done = true;
			return;
		}
		ask->line++;
		line[strcspn(line, "#\n")] = '\0';
		if (line[strspn(line, " ")] == '\0')
			continue;
		while (line[strlen(line) - 1] == ' ')
			line[strlen(line) - 1] = '\0';
		snprintf(ask->verb, sizeof ask->verb, "%s", strsep(&rest, " "));
		snprintf(ask->handle, sizeof ask->handle, "%.*s",
		         (int)strcspn(rest ? rest : "", " "), rest ? rest : "");
		if (strcmp(ask->verb, "wait") == 0) {
			ask->awaited += (unsigned)strtoul(ask->handle, NULL, 10);
			ask->is_waiting = true;
			return;
		}
		if (strcmp(ask->verb, "command") == 0) {
			command(ask, rest);
			continue;
		}
		err = start(ask, rest);
		if (!err)
			return;
		printf("%s %s: not sent, %s\n", ask->verb, ask->handle, strerror(-err));
	}
}

static void on_ready(void *ctx, uint16_t mtu)
{
	struct ask *ask = ctx;

	printf("mtu %u\n", mtu);
	print_tree(gatt_central_tree(ask->central));
	printf("ready\n");
	ask->cache = *gatt_central_tree(ask->central);
	ask->is_changed = false;
	if (!ask->is_waiting)
		run(ask);
}

static void on_done(void *ctx, const struct gatt_result *result)
{
	struct ask *ask = ctx;

	printf("%s %s: ", ask->verb, ask->handle);
	switch (result->result) {
	case LINK_DELIVERED:
		printf(result->len > 0 ? "delivered " : "delivered");
		print_hex(result->value, result->len);
		printf("\n");
		break;
	case LINK_REFUSED:
		printf("refused %02x %s\n", result->att_error, att_error_text(result->att_error));
		break;
	case LINK_NOT_SENT:
		ask->has_failed |= !result->is_echo_wrong;
		printf("not sent%s\n", result->is_echo_wrong ? ", a part came back changed" : "");
		break;
	case LINK_UNKNOWN:
		ask->has_failed = true;
		printf("unknown\n");
		break;
	}
	if (!ask->is_changed)
		run(ask);
}

static void on_value(void *ctx, uint16_t handle, const uint8_t *value, size_t len,
                     bool is_indicated)
{
	struct ask *ask = ctx;

	printf("value %04x %s ", handle, is_indicated ? "indicated" : "notified");
	print_hex(value, len);
	printf("\n");
	if (!ask->is_waiting || --ask->awaited > 0)
		return;
	ask->is_waiting = false;
	run(ask);
}

static void on_changed(void *ctx, uint16_t start_handle, uint16_t end_handle)
{
	struct ask *ask = ctx;

	ask->is_changed = true;
	printf("changed %04x %04x\n", start_handle, end_handle);
}

static bool on_security(void *ctx, uint8_t att_error)
{
	struct ask *ask = ctx;

	printf("security %02x %s\n", att_error, ask->can_raise ? "raised" : "not raised");
	ask->is_raising = ask->can_raise;
	return ask->can_raise;
}

static void on_closed(void *ctx, enum att_client_end why, int error)
{
	static const char *const reasons[] = {[ATT_CLIENT_LINK] = "the link ended",
	                                      [ATT_CLIENT_TIMEOUT] = "no answer in time",
	                                      [ATT_CLIENT_PROTOCOL] = "the peer broke ATT"};
	struct ask *ask = ctx;

	(void)error;
	ask->is_closed = true;
	ask->has_failed |= !ask->is_done || why != ATT_CLIENT_LINK;
	printf("closed: %s\n", reasons[why]);
}

static void load_cache(struct ask *ask, struct gatt_central_config *config)
{
	static uint8_t bytes[GATT_TREE_BYTES + 1];
	FILE *file = fopen(ask->cache_path, "rb");
	size_t len;

	if (!file)
		return;
	len = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	if (gatt_tree_decode(bytes, len, &ask->cache))
		config->cache = &ask->cache;
}

static void save_cache(const struct ask *ask)
{
	static uint8_t bytes[GATT_TREE_BYTES];
	FILE *file = ask->cache_path ? fopen(ask->cache_path, "wb") : NULL;

	if (!file)
		return;
	fwrite(bytes, 1, gatt_tree_encode(&ask->cache, bytes), file);
	fclose(file);
}

static void read_options(struct ask *ask, struct gatt_central_config *config, int argc, char **argv)
{
	ask->path = argv[1];
	ask->operations = fopen(argv[1], "r");
	if (!ask->operations) {
		perror(argv[1]);
		exit(2);
	}
	for (int i = 2; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--mtu") == 0)
			config->mtu = (uint16_t)strtoul(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--security") == 0)
			ask->can_raise = strcmp(argv[i + 1], "raise") == 0;
		else if (strcmp(argv[i], "--follow") == 0)
			config->follows_changes = strcmp(argv[i + 1], "yes") == 0;
		else if (strcmp(argv[i], "--bonded") == 0)
			config->is_bonded = strcmp(argv[i + 1], "yes") == 0;
		else if (strcmp(argv[i], "--timeout") == 0)
			config->timeout_ms = (unsigned)strtoul(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--cache") == 0)
			ask->cache_path = argv[i + 1];
	}
	if (ask->cache_path)
		load_cache(ask, config);
}

int main(int argc, char **argv)
{
	static const struct gatt_central_handlers handlers = {on_ready,   on_done,     on_value,
	                                                      on_changed, on_security, on_closed};
	static struct ask ask;
	struct gatt_central_config config = {.mtu = ATT_MTU_MAX};
	struct link *link;

	if (argc < 2 || argc % 2 != 0) {
		fprintf(stderr, "usage: gatt_ask OPERATIONS [--OPTION VALUE]...\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	read_options(&ask, &config, argc, argv);
	ask.loop = loop_create();
	link = link_local_wrap(LINK_FD);
	if (!ask.loop || !link ||
	    gatt_central_create(&ask.central, ask.loop, link, &config, &handlers, &ask) != 0)
		return 2;
	while (!ask.is_done && !ask.is_closed) {
		(void)loop_turn(ask.loop, -1);
		if (ask.is_raising) {
			ask.is_raising = false;
			gatt_central_security_raised(ask.central, true);
		}
	}
	if (ask.is_done)
		save_cache(&ask);
	gatt_central_destroy(ask.central);
	fclose(ask.operations);
	loop_destroy(ask.loop);
	return ask.has_failed ? 1 : 0;
}
