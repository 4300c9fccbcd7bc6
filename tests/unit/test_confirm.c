/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "confirm.h"
#include "output.h"
#include "suite.h"

#define PROGRAM "PX20-000123 morphine 1.2 mg/day"
#define BOLUS   "PX20-000123 bolus baclofen 25 mcg"
#define PATIENT "PX20-000123 patient-bolus 25 mcg lockout 2h most 4"
#define BRIDGE  "PX20-000123 baclofen 2000 mcg/mL bridge 0.4 mL"

struct row {
	const char *expected, *typed;
	bool same;
};

static const struct row rows[] = {
	{PROGRAM, "PX20-000123 morphine 1.2 mg/day", true},
	{PROGRAM, "  PX20-000123   morphine  1.2   mg/day ", true},
	{PROGRAM, "PX20-000123 morphine 1.2mg/day", true},
	{PROGRAM, "PX20-000123 morphine '1.2 mg/day'", true},
	{BOLUS, "PX20-000123 bolus baclofen 25mcg", true},
	{BOLUS, "PX20-000123 bolus baclofen 0.025 mg", false},
	{BOLUS, "PX20-000123 bolus baclofen 250 mcg", false},
	{BOLUS, "PX20-000123 bolus baclofen 25 mcg/day", false},
	{"PX20-000123 refill 20 mL", "PX20-000123 refill 20mL", true},
	{"PX20-000123 refill 20 mL", "PX20-000123 refill 2 0mL", false},
	{PROGRAM, "PX20-000123 morphine 1200 mcg/day", false}, /* same value, other unit */
	{PROGRAM, "PX20-000123 morphine 12 mg/day", false},
	{PROGRAM, "PX20-000123 morphine 1.20 mg/day", false},
	{PROGRAM, "PX20-000123 morphine 1,2 mg/day", false},
	{PROGRAM, "PX20-000123 morphine 1.2", false},
	{PROGRAM, "PX20-000123 morphine 1.2 mg", false},
	{PROGRAM, "PX20-000124 morphine 1.2 mg/day", false},
	{PROGRAM, "px20-000123 morphine 1.2 mg/day", false},
	{PROGRAM, "PX20-000123 baclofen 1.2 mg/day", false},
	{PROGRAM, "PX20-000123 morphine 1.2 mg/day now", false},
	{PROGRAM, "morphine 1.2 mg/day", false},
	{PROGRAM, "", false},
	{PROGRAM, "y", false},
	{PROGRAM, "PX20-000123 morphine 1.2 mg/day\033[A", false},
	{PATIENT, "PX20-000123 patient-bolus 25mcg lockout 2 h most 4", true},
	{PATIENT, "PX20-000123 patient-bolus 0.025 mg lockout 2h most 4", false},
	{PATIENT, "PX20-000123 patient-bolus 25 mcg lockout 120min most 4", false},
	{BRIDGE, "PX20-000123 baclofen 2000mcg/mL bridge 0.4mL", true},
	{BRIDGE, "PX20-000123 baclofen 2 mg/mL bridge 0.4 mL", false},
	{BRIDGE, "PX20-000123 baclofen 2000 mcg/mL bridge 400 mcL", false},
	{BRIDGE, "PX20-000123 baclofen 2000 mcg/mL bridge 0.4 mL/day", false},
	{"PX20-000123 stop", "PX20-000123 stop", true},
	{"PX20-000123 stop", "PX20-000123 STOP", false},
	{"PX20-000123 stop", "PX20-000123 resume", false},
	{"PX20-000123 stop", "PX20-000123", false},
	{"PX20-000123 higher 6.25 times", "PX20-000123 higher 6.25 times", true},
	{"PX20-000123 higher 6.25 times", "PX20-000123 higher 6.2 times", false},
};

START_TEST(only_the_same_words_value_and_unit_confirm)
{
	ck_assert_int_eq(confirm_matches(rows[_i].expected, rows[_i].typed), rows[_i].same);
}
END_TEST

static struct app *app;
static struct output *out;
static struct error error;
static const struct confirm_step steps[] = {{PROGRAM, ""}, {"PX20-000123 higher 6 times", ""}};

static void setup(void)
{
	const int null = open("/dev/null", O_RDONLY);
	ck_assert_int_eq(dup2(null, STDIN_FILENO), STDIN_FILENO);
	app = app_create();
	out = output_create(&app->options, "test");
}

static void teardown(void)
{
	output_destroy(out);
	app_destroy(app);
}

START_TEST(without_a_terminal_nothing_is_confirmed_and_the_text_to_pass_is_told)
{
	ck_assert_int_eq(confirm_obtain(app, out, steps, 1, &error), ERR_NOT_CONFIRMED);
	ck_assert_ptr_nonnull(strstr(error.detail, "--confirm \"" PROGRAM "\""));
}
END_TEST

START_TEST(every_step_needs_its_own_text_in_order)
{
	app->options.confirm[0] = PROGRAM;
	app->options.confirm_count = 1;
	ck_assert_int_eq(confirm_obtain(app, out, steps, 2, &error), ERR_NOT_CONFIRMED);
	ck_assert_ptr_nonnull(strstr(error.detail, steps[1].text));
	app->options.confirm[0] = steps[1].text;
	app->options.confirm[1] = steps[0].text;
	app->options.confirm_count = 2;
	ck_assert_int_eq(confirm_obtain(app, out, steps, 2, &error), ERR_NOT_CONFIRMED);
}
END_TEST

START_TEST(a_text_confirms_once)
{
	app->options.confirm[0] = PROGRAM;
	app->options.confirm[1] = steps[1].text;
	app->options.confirm[2] = PROGRAM;
	app->options.confirm_count = 3;
	ck_assert_int_eq(confirm_obtain(app, out, steps, 2, &error), ERR_NONE);
	ck_assert_uint_eq(app->options.confirm_count, 1);
	ck_assert_int_eq(confirm_obtain(app, out, steps, 1, &error), ERR_NONE);
	ck_assert_uint_eq(app->options.confirm_count, 0);
	ck_assert_int_eq(confirm_obtain(app, out, steps, 1, &error), ERR_NOT_CONFIRMED);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("confirm");
	tcase_add_loop_test(tc, only_the_same_words_value_and_unit_confirm, 0,
			    sizeof(rows) / sizeof(rows[0]));
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, without_a_terminal_nothing_is_confirmed_and_the_text_to_pass_is_told);
	tcase_add_test(tc, every_step_needs_its_own_text_in_order);
	tcase_add_test(tc, a_text_confirms_once);
	return suite_run(tc);
}
