/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "spelling.h"

#include <string.h>

#define LETTERS_MAX 32

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment (Damerau-Levenshtein without crossed swaps). */
size_t spelling_distance(const char *a, const char *b)
{
	unsigned char cost[LETTERS_MAX + 1][LETTERS_MAX + 1] = {0};
	const size_t n = strnlen(a, LETTERS_MAX + 1), m = strnlen(b, LETTERS_MAX + 1);
	if (n > LETTERS_MAX || m > LETTERS_MAX)
		return LETTERS_MAX;
	for (size_t i = 0; i <= n; i++)
		cost[i][0] = (unsigned char)i;
	for (size_t j = 0; j <= m; j++)
		cost[0][j] = (unsigned char)j;
	for (size_t i = 1; i <= n; i++) {
		for (size_t j = 1; j <= m; j++) {
			const char x = lower(a[i - 1]), y = lower(b[j - 1]);
			size_t best = cost[i - 1][j - 1] + (size_t)(x != y);
			best = least(best, cost[i - 1][j] + 1u);
			best = least(best, cost[i][j - 1] + 1u);
			if (i > 1 && j > 1 && x == lower(b[j - 2]) && lower(a[i - 2]) == y)
				best = least(best, cost[i - 2][j - 2] + 1u);
			cost[i][j] = (unsigned char)best;
		}
	}
	return cost[n][m] ? cost[n][m] : (size_t)(strcmp(a, b) != 0);
}
