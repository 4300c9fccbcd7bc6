/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the product relies on and a compiler was seen to break: docs/decisions/0004. */
#include <string.h>

#include "program.h"
#include "suite.h"

struct two_mixtures {
	int64_t number;
	struct mixture first, second;
};

struct content {
	int kind;
	struct mixture mixture;
};

struct two_contents {
	int64_t number;
	struct content first, second;
};

static struct mixture make_mixture(void)
{
	struct mixture mixture;
	memset(&mixture, 0, sizeof(mixture));
	mixture.count = MIXTURE_MAX;
	for (size_t i = 0; i < MIXTURE_MAX; i++) {
		memcpy(mixture.parts[i].name, "abcdefghijklmnopqrstuvwx", DRUG_NAME_MAX);
		mixture.parts[i].concentration.ng_per_ml = -1;
	}
	return mixture;
}

__attribute__((noinline)) static void check_mixtures(const struct mixture *mixture)
{
	const struct two_mixtures two = {1, *mixture, *mixture};
	ck_assert(mixture_equal(&two.first, mixture));
	ck_assert(mixture_equal(&two.second, mixture));
}

__attribute__((noinline)) static void check_contents(struct content content)
{
	const struct two_contents two = {1, content, content};
	ck_assert(mixture_equal(&two.first.mixture, &content.mixture));
	ck_assert(mixture_equal(&two.second.mixture, &content.mixture));
}

START_TEST(struct_initialised_from_two_mixtures_holds_them)
{
	const struct mixture mixture = make_mixture();
	struct content content;
	memset(&content, 0, sizeof(content));
	content.mixture = mixture;
	check_mixtures(&mixture);
	check_contents(content);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("compiler");
	tcase_add_test(tc, struct_initialised_from_two_mixtures_holds_them);
	return suite_run(tc);
}
