/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "line.h"
#include "suite.h"

static struct words words;
static struct error error;

static void assert_word(size_t index, const char *text, size_t column)
{
	ck_assert_uint_lt(index, words.count);
	ck_assert_str_eq(words.at[index].text, text);
	ck_assert_uint_eq(words.at[index].len, strlen(text));
	ck_assert_uint_eq(words.at[index].column, column);
}

static void assert_refused(const char *line, size_t column)
{
	ck_assert_int_eq(line_split(line, &words, &error), ERR_USAGE);
	ck_assert_uint_eq(error.column, column);
	ck_assert_str_ne(error.detail, "");
}

START_TEST(blanks_separate_words_and_columns_are_those_of_the_line)
{
	ck_assert_int_eq(line_split("  program   check\tmorphine ", &words, &error), ERR_NONE);
	ck_assert_uint_eq(words.count, 3);
	assert_word(0, "program", 3);
	assert_word(1, "check", 13);
	assert_word(2, "morphine", 19);
}
END_TEST

START_TEST(quotes_keep_blanks_and_are_not_part_of_the_word)
{
	ck_assert_int_eq(line_split("a '1.2 mg/day' \"b c\" d'e f'g", &words, &error), ERR_NONE);
	ck_assert_uint_eq(words.count, 4);
	assert_word(1, "1.2 mg/day", 4);
	assert_word(2, "b c", 17);
	assert_word(3, "de fg", 22);
	ck_assert(words.at[1].quoted && !words.at[0].quoted);
}
END_TEST

START_TEST(nothing_is_expanded)
{
	ck_assert_int_eq(line_split("$HOME ~ * `id` $(id) \\n !x {a,b}", &words, &error), ERR_NONE);
	ck_assert_uint_eq(words.count, 8);
	assert_word(0, "$HOME", 1);
	assert_word(2, "*", 9);
	assert_word(3, "`id`", 11);
	assert_word(5, "\\n", 22);
}
END_TEST

START_TEST(a_comment_begins_with_a_word)
{
	ck_assert_int_eq(line_split("status # all is well \" ", &words, &error), ERR_NONE);
	ck_assert_uint_eq(words.count, 1);
	ck_assert_int_eq(line_split("a#b '#c'", &words, &error), ERR_NONE);
	ck_assert_uint_eq(words.count, 2);
	assert_word(0, "a#b", 1);
	assert_word(1, "#c", 6);
	ck_assert_int_eq(line_split("   ", &words, &error), ERR_NONE);
	ck_assert_uint_eq(words.count, 0);
}
END_TEST

START_TEST(an_empty_quote_is_an_empty_word)
{
	ck_assert_int_eq(line_split("a \"\" b", &words, &error), ERR_NONE);
	ck_assert_uint_eq(words.count, 3);
	ck_assert_uint_eq(words.at[1].len, 0);
}
END_TEST

START_TEST(control_characters_and_other_alphabets_are_refused_where_they_are)
{
	assert_refused("status\033[A", 7);
	assert_refused("a\rb", 2);
	assert_refused("ab\x7f", 3);
	assert_refused("dose 1 \xc2\xb5g", 8);
}
END_TEST

START_TEST(an_open_quote_is_refused_at_the_quote)
{
	assert_refused("a 'b c", 3);
	assert_refused("a b\"", 4);
}
END_TEST

START_TEST(lines_and_word_counts_past_the_limits_are_refused)
{
	char line[LINE_TEXT_MAX + 8];
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	ck_assert_int_eq(line_split(line, &words, &error), ERR_USAGE);
	for (size_t i = 0; i < LINE_WORDS_MAX + 1; i++)
		memcpy(line + 2 * i, "a ", 3);
	ck_assert_int_eq(line_split(line, &words, &error), ERR_USAGE);
	line[2 * LINE_WORDS_MAX] = '\0';
	ck_assert_int_eq(line_split(line, &words, &error), ERR_NONE);
	ck_assert_uint_eq(words.count, LINE_WORDS_MAX);
}
END_TEST

START_TEST(arguments_are_words_with_columns_of_the_joined_line)
{
	char *arguments[] = {"program", "check", "1.2 mg/day", "#no comment", ""};
	ck_assert_int_eq(line_from_arguments(5, arguments, &words, &error), ERR_NONE);
	ck_assert_str_eq(words.line, "program check 1.2 mg/day #no comment ");
	ck_assert_uint_eq(words.count, 5);
	assert_word(2, "1.2 mg/day", 15);
	assert_word(3, "#no comment", 26);
	assert_word(4, "", 38);
}
END_TEST

START_TEST(arguments_past_the_limits_are_refused)
{
	char *many[LINE_WORDS_MAX + 1];
	char long_one[LINE_TEXT_MAX + 1];
	for (size_t i = 0; i <= LINE_WORDS_MAX; i++)
		many[i] = "";
	ck_assert_int_eq(line_from_arguments(LINE_WORDS_MAX, many, &words, &error), ERR_NONE);
	ck_assert_int_eq(line_from_arguments(LINE_WORDS_MAX + 1, many, &words, &error), ERR_USAGE);
	memset(long_one, 'x', sizeof(long_one) - 1);
	long_one[sizeof(long_one) - 1] = '\0';
	many[0] = long_one;
	ck_assert_int_eq(line_from_arguments(1, many, &words, &error), ERR_USAGE);
	many[0] = "a\nb";
	ck_assert_int_eq(line_from_arguments(1, many, &words, &error), ERR_USAGE);
	ck_assert_uint_eq(error.column, 2);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("line");
	tcase_add_test(tc, blanks_separate_words_and_columns_are_those_of_the_line);
	tcase_add_test(tc, quotes_keep_blanks_and_are_not_part_of_the_word);
	tcase_add_test(tc, nothing_is_expanded);
	tcase_add_test(tc, a_comment_begins_with_a_word);
	tcase_add_test(tc, an_empty_quote_is_an_empty_word);
	tcase_add_test(tc, control_characters_and_other_alphabets_are_refused_where_they_are);
	tcase_add_test(tc, an_open_quote_is_refused_at_the_quote);
	tcase_add_test(tc, lines_and_word_counts_past_the_limits_are_refused);
	tcase_add_test(tc, arguments_are_words_with_columns_of_the_joined_line);
	tcase_add_test(tc, arguments_past_the_limits_are_refused);
	return suite_run(tc);
}
