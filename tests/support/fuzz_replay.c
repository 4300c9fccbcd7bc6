/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz_replay - runs a libFuzzer target without libFuzzer: every file of a corpus folder as it
 * is, then a fixed number of mutations of them. The generator is seeded with a constant, so a
 * failing run repeats; the number of the input that was under way is printed on abort.
 *
 * usage: TARGET CORPUS_FOLDER MUTATIONS
 *        TARGET CORPUS_FOLDER NUMBER NUMBER   (only mutations NUMBER to NUMBER, 1-based)
 */
#include "fuzz.h"

#include <dirent.h>
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEEDS_MAX 256
#define INPUT_MAX 4096

struct seed {
	uint8_t *bytes;
	size_t len;
};

static volatile uint64_t current; /* 0: corpus file as it is */
static volatile sig_atomic_t is_finished;
static struct seed seeds[SEEDS_MAX];
static size_t seed_count;

/* Marsaglia's xorshift64. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	*state = x;
	return x;
}

static size_t below(uint64_t *state, size_t limit)
{
	return limit ? (size_t)(next_random(state) % limit) : 0;
}

static void print_current(void)
{
	if (is_finished)
		return;
	fprintf(stderr, "fuzz_replay: stopped at mutation %" PRIu64 " (0: a corpus file)\n",
	        current);
}

static void on_abort(int sig)
{
	print_current();
	signal(sig, SIG_DFL);
	raise(sig);
}

static void read_seed(const char *folder, const char *name)
{
	char path[1024];
	struct seed *seed = &seeds[seed_count];
	FILE *file;

	if (seed_count == SEEDS_MAX ||
	    snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
		return;
	file = fopen(path, "rb");
	seed->bytes = malloc(INPUT_MAX);
	if (!file || !seed->bytes) {
		perror(path);
		exit(1);
	}
	seed->len = fread(seed->bytes, 1, INPUT_MAX, file);
	fclose(file);
	seed_count++;
}

static int is_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void read_corpus(const char *folder)
{
	struct dirent **entries;
	/* Sorted: the mutations must not depend on the order of a directory. */
	int n = scandir(folder, &entries, is_file, alphasort);

	for (int i = 0; i < n; i++) {
		read_seed(folder, entries[i]->d_name);
		free(entries[i]);
	}
	if (n > 0)
		free(entries);
	if (seed_count == 0) {
		fprintf(stderr, "fuzz_replay: no corpus in %s\n", folder);
		exit(1);
	}
}

static size_t insert_bytes(uint64_t *state, uint8_t *buf, size_t len)
{
	size_t count = 1 + below(state, 8);
	size_t at = below(state, len + 1);

	if (len + count > INPUT_MAX)
		return len;
	memmove(buf + at + count, buf + at, len - at);
	for (size_t i = 0; i < count; i++)
		buf[at + i] = (uint8_t)next_random(state);
	return len + count;
}

static size_t remove_bytes(uint64_t *state, uint8_t *buf, size_t len)
{
	size_t at = below(state, len);
	size_t count = 1 + below(state, 8);

	if (count > len - at)
		count = len - at;
	memmove(buf + at, buf + at + count, len - at - count);
	return len - count;
}

static size_t splice(uint64_t *state, uint8_t *buf, size_t len)
{
	const struct seed *other = &seeds[below(state, seed_count)];
	size_t from = below(state, other->len);
	size_t at = below(state, len + 1);
	size_t count = other->len - from;

	if (count > INPUT_MAX - at)
		count = INPUT_MAX - at;
	memcpy(buf + at, other->bytes + from, count);
	return at + count;
}

static size_t mutate_once(uint64_t *state, uint8_t *buf, size_t len)
{
	static const uint8_t edges[] = {0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff};

	if (len == 0)
		return insert_bytes(state, buf, len);
	switch (below(state, 7)) {
	case 0:
		buf[below(state, len)] ^= (uint8_t)(1u << below(state, 8));
		return len;
	case 1:
		buf[below(state, len)] = (uint8_t)next_random(state);
		return len;
	case 2:
		buf[below(state, len)] = edges[below(state, sizeof edges)];
		return len;
	case 3:
		return insert_bytes(state, buf, len);
	case 4:
		return remove_bytes(state, buf, len);
	case 5:
		return splice(state, buf, len);
	default:
		return below(state, len + 1);
	}
}

static void run(const uint8_t *bytes, size_t len)
{
	/* An exact heap copy lets AddressSanitizer see one byte too far. */
	uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		exit(1);
	memcpy(copy, bytes, len);
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
}

static void run_mutation(uint64_t number)
{
	static uint8_t buf[INPUT_MAX];
	uint64_t state = UINT64_C(0x9e3779b97f4a7c15) * number + 1;
	size_t steps;
	size_t len;
	const struct seed *seed;

	for (int i = 0; i < 4; i++)
		next_random(&state);
	seed = &seeds[below(&state, seed_count)];
	len = seed->len;
	memcpy(buf, seed->bytes, len);
	steps = 1 + below(&state, 8);
	for (size_t i = 0; i < steps; i++)
		len = mutate_once(&state, buf, len);
	run(buf, len);
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

int main(int argc, char **argv)
{
	uint64_t first = 1;
	uint64_t last;

	if (argc != 3 && argc != 4) {
		fprintf(stderr, "usage: %s CORPUS_FOLDER MUTATIONS\n", argv[0]);
		return 2;
	}
	last = strtoull(argv[argc - 1], NULL, 10);
	if (argc == 4)
		first = strtoull(argv[2], NULL, 10);
	atexit(print_current);
	signal(SIGABRT, on_abort);
	read_corpus(argv[1]);
	if (argc == 3)
		for (size_t i = 0; i < seed_count; i++)
			run(seeds[i].bytes, seeds[i].len);
	for (current = first; current <= last; current++)
		run_mutation(current);
	for (size_t i = 0; i < seed_count; i++)
		free(seeds[i].bytes);
	printf("fuzz: %s %" PRIu64 " executions, %zu of them corpus files\n", name_of(argv[0]),
	       last - first + 1 + (argc == 3 ? seed_count : 0), argc == 3 ? seed_count : 0);
	is_finished = 1;
	return 0;
}
