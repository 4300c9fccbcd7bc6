/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vector_file - reads the text form of test vectors that tests/vectors/messages.txt explains. */
#ifndef PUMPCTL_TESTS_VECTOR_FILE_H
#define PUMPCTL_TESTS_VECTOR_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define VECTOR_TEXT   512
#define VECTOR_FIELDS 48

struct vector_field {
	char name[48];
	char value[VECTOR_TEXT]; /* as written */
	uint8_t bytes[512];      /* of its line */
	size_t len;
};

struct vector {
	char name[64], kind[32];
	uint8_t bytes[1024]; /* of all lines */
	size_t len;
	struct vector_field fields[VECTOR_FIELDS];
	size_t field_count;
	bool has_digest;
	uint8_t digest[32];
};

/* Next vector of file. false at the end; a line that it cannot read fails the test. */
bool vector_read(FILE *file, struct vector *vector);

#endif
