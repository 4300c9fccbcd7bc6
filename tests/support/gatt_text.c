/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatt_text.h"

#include "att.h"
#include "hex_words.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_LEN 2400
#define ROWS_AT_ONCE 64
#define WORDS_MAX    16
#define PERM_ENCRYPT (GATT_PERM_READ_ENCRYPT | GATT_PERM_WRITE_ENCRYPT)
#define PERM_AUTHEN  (GATT_PERM_READ_AUTHEN | GATT_PERM_WRITE_AUTHEN)
#define PERM_AUTHOR  (GATT_PERM_READ_AUTHOR | GATT_PERM_WRITE_AUTHOR)

struct name {
	const char *word;
	uint16_t bits;
};

static const struct name properties[] = {
        {"broadcast", GATT_PROP_BROADCAST},
        {"read", GATT_PROP_READ},
        {"command", GATT_PROP_COMMAND},
        {"write", GATT_PROP_WRITE},
        {"notify", GATT_PROP_NOTIFY},
        {"indicate", GATT_PROP_INDICATE},
        {"signed", GATT_PROP_SIGNED},
        {"extended", GATT_PROP_EXTENDED},
        {"none", 0},
        {NULL, 0},
};

static const struct name permissions[] = {
        {"read", GATT_PERM_READ},
        {"write", GATT_PERM_WRITE},
        {"encrypt", PERM_ENCRYPT},
        {"encrypt-read", GATT_PERM_READ_ENCRYPT},
        {"encrypt-write", GATT_PERM_WRITE_ENCRYPT},
        {"authen", PERM_AUTHEN},
        {"authen-read", GATT_PERM_READ_AUTHEN},
        {"authen-write", GATT_PERM_WRITE_AUTHEN},
        {"author", PERM_AUTHOR},
        {"author-read", GATT_PERM_READ_AUTHOR},
        {"author-write", GATT_PERM_WRITE_AUTHOR},
        {"none", 0},
        {NULL, 0},
};

struct reader {
	struct gatt_text *text;
	const char *path;
	unsigned line;
};

static _Noreturn void fail(const struct reader *reader, const char *what, const char *word)
{
	fprintf(stderr, "%s:%u: %s: %s\n", reader->path, reader->line, what, word);
	exit(2);
}

static uint16_t number(const struct reader *reader, const char *word, unsigned long max)
{
	unsigned long value;

	if (!hex_words_number(word, max, &value))
		fail(reader, "not a hexadecimal number in range", word);
	return (uint16_t)value;
}

/* "2a00", "0x2a00" or the long form with or without hyphens. */
static struct gatt_server_uuid uuid(const struct reader *reader, const char *word)
{
	struct gatt_server_uuid out = {.len = 0};
	char digits[33];
	size_t count = 0;
	size_t len;

	for (const char *at = word[0] == '0' && word[1] == 'x' ? word + 2 : word; *at; at++) {
		if (*at == '-')
			continue;
		if (count == sizeof digits - 1)
			fail(reader, "not a UUID", word);
		digits[count++] = *at;
	}
	digits[count] = '\0';
	if (!hex_words_bytes(digits, out.bytes, sizeof out.bytes, &len) || (len != 2 && len != 16))
		fail(reader, "not a UUID", word);
	out.len = (uint8_t)len;
	return out;
}

static uint16_t names(const struct reader *reader, const struct name *known, char *words)
{
	uint16_t bits = 0;

	for (const char *word; (word = strsep(&words, ",")) != NULL;) {
		const struct name *name = known;

		while (name->word && strcmp(name->word, word) != 0)
			name++;
		if (!name->word)
			fail(reader, "unknown word", word);
		bits |= name->bits;
	}
	return bits;
}

static void set_value(const struct reader *reader, struct gatt_row *row, const char *word,
                      bool is_hex)
{
	uint8_t *bytes = malloc(ATT_VALUE_MAX);

	if (!bytes)
		fail(reader, "out of memory", word);
	row->value_len = strlen(word);
	if (is_hex ? !hex_words_bytes(word, bytes, ATT_VALUE_MAX, &row->value_len)
	           : row->value_len > ATT_VALUE_MAX)
		fail(reader, "not a value of up to 512 bytes", word);
	if (!is_hex)
		memcpy(bytes, word, row->value_len);
	row->value = bytes;
}

static void set_option(const struct reader *reader, struct gatt_row *row, const char *key,
                       char *value)
{
	if (strcmp(key, "handle") == 0)
		row->handle = number(reader, value, ATT_HANDLE_MAX);
	else if (strcmp(key, "value-handle") == 0)
		row->value_handle = number(reader, value, ATT_HANDLE_MAX);
	else if (strcmp(key, "end") == 0)
		row->last_handle = number(reader, value, ATT_HANDLE_MAX);
	else if (strcmp(key, "properties") == 0)
		row->properties = (uint8_t)(isdigit((unsigned char)value[0])
		                                    ? number(reader, value, UINT8_MAX)
		                                    : names(reader, properties, value));
	else if (strcmp(key, "permissions") == 0)
		row->permissions = (uint16_t)(names(reader, permissions, value) | GATT_PERM_GIVEN);
	else if (strcmp(key, "value") == 0)
		set_value(reader, row, value, true);
	else if (strcmp(key, "text") == 0)
		set_value(reader, row, value, false);
	else if (strcmp(key, "max") == 0)
		row->value_max = number(reader, value, ATT_VALUE_MAX);
	else if (strcmp(key, "key-size") == 0)
		row->key_size = (uint8_t)number(reader, value, 16);
	else if (strcmp(key, "refuse") == 0)
		reader->text->refusals[reader->text->count] =
		        (uint8_t)number(reader, value, UINT8_MAX);
	else
		fail(reader, "unknown option", key);
}

static struct gatt_row *new_row(const struct reader *reader)
{
	struct gatt_text *text = reader->text;

	if (text->count % ROWS_AT_ONCE == 0) {
		size_t room = text->count + ROWS_AT_ONCE;
		struct gatt_row *rows = realloc(text->rows, room * sizeof *rows);
		uint8_t *refusals = realloc(text->refusals, room);

		if (!rows || !refusals)
			fail(reader, "out of memory", "rows");
		memset(rows + text->count, 0, ROWS_AT_ONCE * sizeof *rows);
		memset(refusals + text->count, 0, ROWS_AT_ONCE);
		text->rows = rows;
		text->refusals = refusals;
	}
	return &text->rows[text->count];
}

/* A value that can be written is kept and may grow to 512 bytes, unless the file says less. */
static void keep_value(struct gatt_row *row)
{
	bool is_given = (row->permissions & GATT_PERM_GIVEN) != 0;
	bool is_writable = is_given
	                           ? (row->permissions & GATT_PERM_WRITE) != 0
	                           : (row->properties & (GATT_PROP_WRITE | GATT_PROP_COMMAND)) != 0;

	if (is_writable && row->value_max == 0 &&
	    (row->kind == GATT_ROW_CHARACTERISTIC || row->kind == GATT_ROW_DESCRIPTOR))
		row->value_max = ATT_VALUE_MAX;
}

static void read_row(const struct reader *reader, enum gatt_row_kind kind, char **words,
                     size_t count)
{
	struct gatt_row *row = new_row(reader);
	size_t first = kind == GATT_ROW_CCCD ? 1 : 2;

	if (count < first)
		fail(reader, "too short", words[0]);
	row->kind = kind;
	row->has_no_cccd = true;
	if (kind == GATT_ROW_CHARACTERISTIC)
		row->properties = GATT_PROP_READ;
	if (kind == GATT_ROW_INCLUDE)
		row->target = number(reader, words[1], ATT_HANDLE_MAX);
	else if (kind != GATT_ROW_CCCD)
		row->uuid = uuid(reader, words[1]);
	for (size_t i = first; i < count; i++) {
		char *equals = strchr(words[i], '=');

		if (!equals)
			fail(reader, "not KEY=VALUE", words[i]);
		*equals = '\0';
		set_option(reader, row, words[i], equals + 1);
	}
	keep_value(row);
	reader->text->count++;
}

/* Cuts a line into words; a double quote begins and ends a part that may hold spaces. */
static size_t split(const struct reader *reader, char *line, char **words)
{
	size_t count = 0;
	char *out = line;
	bool is_quoted = false;
	bool is_in_word = false;

	for (const char *at = line; *at != '\0' && (is_quoted || *at != '#'); at++) {
		if (!is_quoted && isspace((unsigned char)*at)) {
			if (is_in_word)
				*out++ = '\0';
			is_in_word = false;
			continue;
		}
		if (!is_in_word && count == WORDS_MAX)
			fail(reader, "too many words", words[0]);
		if (!is_in_word)
			words[count++] = out;
		is_in_word = true;
		if (*at == '"')
			is_quoted = !is_quoted;
		else
			*out++ = *at;
	}
	if (is_quoted)
		fail(reader, "quote is not closed", words[0]);
	*out = '\0';
	return count;
}

static void read_line(const struct reader *reader, char *line)
{
	static const struct {
		const char *word;
		enum gatt_row_kind kind;
	} rows[] = {
	        {"primary", GATT_ROW_SERVICE},       {"secondary", GATT_ROW_SECONDARY},
	        {"include", GATT_ROW_INCLUDE},       {"characteristic", GATT_ROW_CHARACTERISTIC},
	        {"descriptor", GATT_ROW_DESCRIPTOR}, {"cccd", GATT_ROW_CCCD}};
	char *words[WORDS_MAX];
	size_t count = split(reader, line, words);

	if (count == 0)
		return;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (strcmp(words[0], rows[i].word) != 0)
			continue;
		read_row(reader, rows[i].kind, words, count);
		return;
	}
	if (count == 2 && strcmp(words[0], "mtu") == 0)
		reader->text->mtu = (uint16_t)strtoul(words[1], NULL, 10);
	else if (count == 2 && strcmp(words[0], "queue") == 0)
		reader->text->queue = strtoul(words[1], NULL, 10);
	else
		fail(reader, "unknown line", words[0]);
}

void gatt_text_load(struct gatt_text *text, const char *path)
{
	struct reader reader = {text, path, 0};
	char line[LINE_MAX_LEN];
	FILE *file = fopen(path, "r");

	*text = (struct gatt_text){.mtu = ATT_MTU_MAX, .queue = GATT_QUEUE_WRITES};
	if (!file) {
		perror(path);
		exit(2);
	}
	while (fgets(line, sizeof line, file)) {
		reader.line++;
		read_line(&reader, line);
	}
	fclose(file);
}

void gatt_text_finish(struct gatt_text *text)
{
	union {
		const uint8_t *borrowed;
		uint8_t *owned;
	} value;

	for (size_t i = 0; i < text->count; i++) {
		value.borrowed = text->rows[i].value;
		free(value.owned);
	}
	free(text->rows);
	free(text->refusals);
}
