/* SPDX-License-Identifier: GPL-3.0-or-later */
/* suite - main() of a check program: one suite, one case, exit code 0 only if all passed. */
#ifndef PUMPCTL_TESTS_SUITE_H
#define PUMPCTL_TESTS_SUITE_H

#include <check.h>
#include <stdlib.h>

#define SUITE_SECONDS 60

/* A test that runs for each _i from 0 to count - 1. */
struct suite_loop {
	const TTest *test;
	int count;
};

/* Runs a case made by the caller. Returns main's exit code. */
static inline int suite_run(TCase *tcase)
{
	Suite *suite = suite_create("pumpctl");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* tests and loops end with a NULL test. setup/teardown may be NULL. Returns main's exit code. */
static inline int suite_run_loops(const char *name, const TTest *const *tests,
				  const struct suite_loop *loops, SFun setup, SFun teardown)
{
	TCase *tcase = tcase_create(name);

	tcase_set_timeout(tcase, SUITE_SECONDS);
	tcase_add_checked_fixture(tcase, setup, teardown);
	for (; *tests; tests++)
		tcase_add_test(tcase, *tests);
	for (; loops->test; loops++)
		tcase_add_loop_test(tcase, loops->test, 0, loops->count);
	return suite_run(tcase);
}

static inline int suite_run_tests(const char *name, const TTest *const *tests, SFun setup,
				  SFun teardown)
{
	static const struct suite_loop none[] = {{NULL, 0}};

	return suite_run_loops(name, tests, none, setup, teardown);
}

#endif
