/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * expect - what a decoder found must be what is written beside the bytes of the vector, in the same
 * order. A difference ends the test.
 */
#ifndef PUMPCTL_TESTS_EXPECT_H
#define PUMPCTL_TESTS_EXPECT_H

#include "messages.h"
#include "suite.h"
#include "vector_file.h"

/* The vector that is looked at, and its next field. */
extern struct vector vector;
extern size_t next_field;

void expect_text(const char *name, const char *found);
void expect_number(const char *name, uint64_t found);
void expect_signed(const char *name, int64_t found);
void expect_bytes(const char *name, const uint8_t *found, size_t len);
void expect_flag(const char *name, bool found);
void expect_end(void);
/* The pump's own decoding of an image in STAGED. */
void expect_staged_image(const struct staged_image *image);
/* A decoded image. */
void expect_program(const struct program *program);

#endif
