/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program as program show prints it, in text and in JSON, is the same program when it is read again. */
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "any_program.h"
#include "client.h"
#include "program_file.h"
#include "program_text.h"
#include "suite.h"

#define PROGRAMS 3000

static struct program program, again;
static struct error error;

static void check_same(void)
{
	uint8_t before[DIGEST_LEN], after[DIGEST_LEN];
	ck_assert_int_eq(client_program_digest(&program, before), PUMP_OK);
	ck_assert_int_eq(client_program_digest(&again, after), PUMP_OK);
	ck_assert_int_eq(memcmp(before, after, DIGEST_LEN), 0);
}

START_TEST(text_that_is_shown_has_the_same_digest_when_it_is_typed)
{
	static char text[PROGRAM_TEXT_MAX];
	struct text_error why;
	for (int i = 0; i < PROGRAMS; i++) {
		any_program(&program);
		const size_t len = program_text_print(&program, text, sizeof(text));
		ck_assert_uint_gt(len, 0);
		ck_assert_msg(program_text_parse(text, len, &again, &why) == PUMP_OK, "%s: %s", text, why.reason);
		check_same();
	}
}
END_TEST

/* An answer of program show around what is printed of the program; the caller frees. */
static char *answer(const char *version)
{
	struct cJSON *root = cJSON_CreateObject();
	cJSON_AddStringToObject(root, "schema", "pumpctl.program-show");
	cJSON_AddStringToObject(root, "format_version", version);
	cJSON_AddTrueToObject(root, "ok");
	program_file_print(cJSON_AddObjectToObject(root, "data"), &program);
	char *text = cJSON_PrintUnformatted(root);
	cJSON_Delete(root);
	ck_assert_ptr_nonnull(text);
	return text;
}

START_TEST(json_that_is_shown_has_the_same_digest_when_it_is_read)
{
	for (int i = 0; i < PROGRAMS; i++) {
		any_program(&program);
		char *text = answer("1.3");
		ck_assert_msg(program_file_parse(text, strlen(text), "shown", &again, &error) == ERR_NONE, "%s: %s",
			      text, error.detail);
		free(text);
		check_same();
	}
}
END_TEST

START_TEST(a_version_that_breaks_is_refused)
{
	static const char *const versions[] = {"2.0", "1", "1.", "1.x", "01.0", ""};
	any_program(&program);
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		char *text = answer(versions[i]);
		ck_assert_int_eq(program_file_parse(text, strlen(text), "shown", &again, &error), ERR_USAGE);
		ck_assert_ptr_nonnull(strstr(error.detail, "version"));
		free(text);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		text_that_is_shown_has_the_same_digest_when_it_is_typed,
		json_that_is_shown_has_the_same_digest_when_it_is_read,
		a_version_that_breaks_is_refused,
		NULL,
	};

	srandom(20240607);
	return suite_run_tests("program_file", tests, NULL, NULL);
}
