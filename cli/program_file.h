/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * program_file - the JSON form of a program (docs/program.schema.json). It is turned into the text
 * form of program_text.h piece by piece, so that one parser alone knows bounds and spellings; a mistake
 * is told with its line and column in the file. A file is a program, or what program show --json printed.
 */
#ifndef PUMPCTL_PROGRAM_FILE_H
#define PUMPCTL_PROGRAM_FILE_H

#include <stddef.h>

#include "error.h"
#include "program.h"

struct cJSON;

/* A program file has at most so many bytes. */
#define PROGRAM_FILE_MAX 65536

/*
 * Reads text (len bytes, borrowed) that came from name. USAGE or BAD_QUANTITY, with place and rule in
 * the detail; *out untouched then.
 */
enum error_code program_file_parse(const char *text, size_t len, const char *name,
				   struct program *out, struct error *error)
	__attribute__((warn_unused_result));
/* The same from a file. USAGE also where it cannot be read. */
enum error_code program_file_read(const char *path, struct program *out, struct error *error)
	__attribute__((warn_unused_result));

/* A valid program in the same form: member "as_file" of parent, every quantity with value, unit and display. */
void program_file_print(struct cJSON *parent, const struct program *program);

#endif
