/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bt_suite - main() of a check program: one suite, one case; exit code 0 only if all passed. */
#ifndef PUMPCTL_TESTS_BT_SUITE_H
#define PUMPCTL_TESTS_BT_SUITE_H

#include <check.h>
#include <stdlib.h>

#define BT_SUITE_SECONDS 60

/* A test that runs for each _i from 0 to count - 1. */
struct bt_suite_loop {
	const TTest *test;
	int count;
};

/* tests and loops end with a NULL test. setup/teardown may be NULL. Returns main's exit code. */
static inline int bt_suite_run_loops(const char *name, const TTest *const *tests,
                                     const struct bt_suite_loop *loops, SFun setup, SFun teardown)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, BT_SUITE_SECONDS);
	tcase_add_checked_fixture(tcase, setup, teardown);
	for (; *tests; tests++)
		tcase_add_test(tcase, *tests);
	for (; loops->test; loops++)
		tcase_add_loop_test(tcase, loops->test, 0, loops->count);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static inline int bt_suite_run(const char *name, const TTest *const *tests, SFun setup,
                               SFun teardown)
{
	static const struct bt_suite_loop none[] = {{NULL, 0}};

	return bt_suite_run_loops(name, tests, none, setup, teardown);
}

#endif
