/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "completion.h"

#include <stdlib.h>
#include <string.h>

#include <readline/readline.h>

#include "command.h"

#define CANDIDATES_MAX 64
#define DRUG_LETTERS   3

struct candidates {
	const char *prefix;
	char *found[CANDIDATES_MAX];
	size_t count;
};

static void offer(struct candidates *list, const char *word, size_t len)
{
	const size_t prefix = strlen(list->prefix);
	if (list->count == CANDIDATES_MAX || len < prefix || memcmp(word, list->prefix, prefix))
		return;
	for (size_t i = 0; i < list->count; i++)
		if (strlen(list->found[i]) == len && !memcmp(list->found[i], word, len))
			return;
	char *copy = strndup(word, len);
	if (copy)
		list->found[list->count++] = copy;
}

/* The row's word after those typed, if those agree. */
static void offer_row(struct candidates *list, const struct command *command,
		      const struct words *typed)
{
	const char *row = command->words;
	for (size_t i = 0; i < typed->count; i++) {
		const size_t len = strcspn(row, " ");
		if (typed->at[i].len != len || memcmp(typed->at[i].text, row, len))
			return;
		row += len;
		row += *row == ' ';
	}
	if (*row)
		offer(list, row, strcspn(row, " "));
}

static void offer_arguments(struct candidates *list, const struct command *command)
{
	for (const struct arg *arg = command->args; arg->type != ARG_END; arg++) {
		if (arg->keyword)
			offer(list, arg->keyword, strlen(arg->keyword));
		for (size_t i = 0; arg->type == ARG_CHOICE && arg->choices[i]; i++)
			offer(list, arg->choices[i], strlen(arg->choices[i]));
		for (size_t i = 0; arg->type == ARG_DRUG && i < drug_count(); i++)
			if (strlen(list->prefix) >= DRUG_LETTERS)
				offer(list, drug_at(i)->name, strlen(drug_at(i)->name));
	}
}

static void gather(struct candidates *list, const char *before)
{
	struct words typed;
	size_t used = 0;
	if (line_split(before, &typed, NULL))
		return;
	for (size_t g = 0; g < command_group_count; g++)
		for (size_t i = 0; i < command_groups[g]->count; i++)
			offer_row(list, &command_groups[g]->commands[i], &typed);
	const struct command *command = typed.count ? command_find(&typed, &used, NULL) : NULL;
	if (command)
		offer_arguments(list, command);
}

/* Longest common beginning of the candidates, as readline wants it in front of them. */
static char *common_of(const struct candidates *list)
{
	size_t len = strlen(list->found[0]);
	for (size_t i = 1; i < list->count; i++) {
		size_t same = 0;
		while (same < len && list->found[i][same] == list->found[0][same])
			same++;
		len = same;
	}
	return strndup(list->found[0], len);
}

char **completion_words(const char *text, int start, int end)
{
	struct candidates list = {.prefix = text};
	char *before = strndup(rl_line_buffer, (size_t)start);
	(void)end;
	rl_attempted_completion_over = 1;
	if (before)
		gather(&list, before);
	free(before);
	char **matches = list.count ? calloc(list.count + 2, sizeof(*matches)) : NULL;
	if (!matches) {
		for (size_t i = 0; i < list.count; i++)
			free(list.found[i]);
		return NULL;
	}
	matches[0] = common_of(&list);
	if (list.count > 1)
		memcpy(matches + 1, list.found, list.count * sizeof(*matches));
	else
		free(list.found[0]);
	return matches;
}
