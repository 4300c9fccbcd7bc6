/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "line.h"

#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static enum error_code refuse(struct error *error, size_t column, const char *why)
{
	(void)error_set(error, ERR_USAGE, "%s", why);
	if (error)
		error->column = column;
	return ERR_USAGE;
}

/* Every byte must be printable ASCII or a blank. */
static enum error_code check_bytes(const char *text, size_t len, size_t column, struct error *error)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c >= 0x80)
			return refuse(error, column + i,
				      "A character outside ASCII; type mcg, not the micro sign, "
				      "and plain quotes and hyphens");
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return refuse(error, column + i, "A control character cannot be part of a command");
	}
	return ERR_NONE;
}

struct splitter {
	struct words *out;
	const char *line;
	size_t at, text_len;
};

/* One word from s->at, which is not blank. Quotes may stand anywhere in it. */
static enum error_code take_word(struct splitter *s, struct error *error)
{
	struct words *out = s->out;
	if (out->count == LINE_WORDS_MAX)
		return refuse(error, s->at + 1, "Too many words");
	struct word *word = &out->at[out->count++];
	*word = (struct word){.text = out->text + s->text_len, .column = s->at + 1};
	char quote = 0;
	size_t opened = 0;
	for (; s->line[s->at]; s->at++) {
		char c = s->line[s->at];
		if (quote && c == quote) {
			quote = 0;
		} else if (!quote && (c == '"' || c == '\'')) {
			quote = c;
			opened = s->at + 1;
			word->quoted = true;
		} else if (!quote && is_blank(c)) {
			break;
		} else {
			out->text[s->text_len++] = c;
		}
	}
	if (quote)
		return refuse(error, opened, "This quote is not closed");
	word->len = (size_t)(out->text + s->text_len - word->text);
	out->text[s->text_len++] = '\0';
	/* Columns inside a word count from its first character, not from its quote. */
	if (s->line[word->column - 1] == '"' || s->line[word->column - 1] == '\'')
		word->column++;
	return ERR_NONE;
}

enum error_code line_split(const char *line, struct words *out, struct error *error)
{
	memset(out, 0, sizeof(*out));
	size_t len = strnlen(line, LINE_TEXT_MAX);
	if (len == LINE_TEXT_MAX)
		return refuse(error, LINE_TEXT_MAX, "The line is too long");
	memcpy(out->line, line, len + 1);
	enum error_code code = check_bytes(line, len, 1, error);
	struct splitter s = {.out = out, .line = out->line};
	while (!code) {
		while (is_blank(s.line[s.at]))
			s.at++;
		if (!s.line[s.at] || s.line[s.at] == '#')
			break;
		code = take_word(&s, error);
	}
	return code;
}

enum error_code line_from_arguments(int count, char *const arguments[], struct words *out,
				    struct error *error)
{
	memset(out, 0, sizeof(*out));
	size_t at = 0, text_len = 0;
	for (int i = 0; i < count; i++) {
		size_t len = strlen(arguments[i]);
		if (at + len + 2 > LINE_TEXT_MAX)
			return refuse(error, at + 1, "The command is too long");
		if (out->count == LINE_WORDS_MAX)
			return refuse(error, at + 1, "Too many words");
		if (at)
			out->line[at++] = ' ';
		memcpy(out->line + at, arguments[i], len);
		memcpy(out->text + text_len, arguments[i], len);
		enum error_code code = check_bytes(arguments[i], len, at + 1, error);
		if (code)
			return code;
		out->at[out->count++] = (struct word){.text = out->text + text_len,
						      .len = len,
						      .column = at + 1,
						      .quoted = memchr(arguments[i], ' ', len) != NULL};
		at += len;
		text_len += len + 1;
	}
	return ERR_NONE;
}
