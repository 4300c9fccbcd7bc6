/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables that become a database and tables that must not. */
#include "gatt_database.h"
#include "suite.h"

#include <errno.h>
#include <string.h>

#define SERVICE(...)                                                                               \
	{                                                                                          \
		.kind = GATT_ROW_SERVICE, .uuid = {2, {0x18, 0x0a}}, __VA_ARGS__                   \
	}
#define VALUE(...)                                                                                 \
	{                                                                                          \
		.kind = GATT_ROW_CHARACTERISTIC, .uuid = {2, {0x2a, 0x29}}, __VA_ARGS__            \
	}
#define ROWS(table) (sizeof(table) / sizeof(table)[0])

static int build(struct gatt_database *db, const struct gatt_row *table, size_t rows)
{
	int err = gatt_database_init(db, table, rows);

	if (err)
		ck_assert_ptr_null(db->rows);
	return err;
}

START_TEST(handles_go_on_from_those_given)
{
	static const struct gatt_row table[] = {
	        SERVICE(.handle = 0x20),
	        VALUE(.properties = GATT_PROP_NOTIFY, .value_handle = 0x25),
	        VALUE(.handle = 0x30),
	        {.kind = GATT_ROW_DESCRIPTOR, .uuid = {2, {0x29, 0x01}}},
	        SERVICE(.handle = 0x10, .last_handle = 0x1f),
	};
	static const uint16_t handles[] = {0x10, 0x20, 0x21, 0x25, 0x26, 0x30, 0x31, 0x32};
	struct gatt_database db;

	ck_assert_int_eq(build(&db, table, ROWS(table)), 0);
	ck_assert_uint_eq(db.count, ROWS(handles));
	for (size_t i = 0; i < db.count; i++)
		ck_assert_uint_eq(db.attributes[i].handle, handles[i]);
	ck_assert_uint_eq(db.attributes[0].group_end, 0x1f);
	ck_assert_uint_eq(db.attributes[1].group_end, 0x32);
	ck_assert_uint_eq(db.attributes[2].group_end, 0x26);
	ck_assert_ptr_null(gatt_database_find(&db, 0x22));
	ck_assert_ptr_eq(gatt_database_from(&db, 0x22), &db.attributes[3]);
	ck_assert_ptr_null(gatt_database_from(&db, 0x33));
	gatt_database_finish(&db);
}
END_TEST

static const struct gatt_row no_service[] = {VALUE(.properties = GATT_PROP_READ)};
static const struct gatt_row descriptor_of_nothing[] = {
        SERVICE(), {.kind = GATT_ROW_DESCRIPTOR, .uuid = {2, {0x29, 0x01}}}};
static const struct gatt_row cccd_of_nothing[] = {SERVICE(), {.kind = GATT_ROW_CCCD}};
static const struct gatt_row include_after_characteristic[] = {
        SERVICE(), VALUE(), {.kind = GATT_ROW_INCLUDE, .target = 1}};
static const struct gatt_row include_of_no_service[] = {SERVICE(),
                                                        {.kind = GATT_ROW_INCLUDE, .target = 2}};
static const struct gatt_row include_of_nothing[] = {SERVICE(),
                                                     {.kind = GATT_ROW_INCLUDE, .target = 9}};
static const struct gatt_row same_handle[] = {SERVICE(), VALUE(.handle = 1)};
static const struct gatt_row value_before_declaration[] = {SERVICE(.handle = 5),
                                                           VALUE(.handle = 9, .value_handle = 7)};
static const struct gatt_row value_in_another_service[] = {
        SERVICE(), VALUE(.value_handle = 9), SERVICE(.handle = 5), VALUE(.handle = 7)};
static const struct gatt_row characteristics_mixed[] = {
        SERVICE(),
        VALUE(.handle = 2),
        VALUE(.handle = 6),
        {.kind = GATT_ROW_DESCRIPTOR, .uuid = {2, {0x29, 0x01}}, .handle = 4}};
static const struct gatt_row service_ends_too_early[] = {SERVICE(.last_handle = 2), VALUE()};
static const struct gatt_row services_overlap[] = {SERVICE(.last_handle = 9), SERVICE(.handle = 9)};
static const struct gatt_row past_the_last_handle[] = {SERVICE(.handle = 0xffff), VALUE()};
static const struct gatt_row value_too_long[] = {SERVICE(), VALUE(.value_len = 513)};
static const struct gatt_row room_too_large[] = {SERVICE(), VALUE(.value_max = 513)};
static const struct gatt_row value_over_its_room[] = {
        SERVICE(), VALUE(.value = (const uint8_t *)"ab", .value_len = 2, .value_max = 1)};
static const struct gatt_row bad_uuid[] = {{.kind = GATT_ROW_SERVICE, .uuid = {4, {0}}}};

#define BAD(table)                                                                                 \
	{                                                                                          \
#table, table, ROWS(table)                                                         \
	}

static const struct {
	const char *name;
	const struct gatt_row *table;
	size_t rows;
} bad[] = {BAD(no_service),
           BAD(descriptor_of_nothing),
           BAD(cccd_of_nothing),
           BAD(include_after_characteristic),
           BAD(include_of_no_service),
           BAD(include_of_nothing),
           BAD(same_handle),
           BAD(value_before_declaration),
           BAD(value_in_another_service),
           BAD(characteristics_mixed),
           BAD(service_ends_too_early),
           BAD(services_overlap),
           BAD(past_the_last_handle),
           BAD(value_too_long),
           BAD(room_too_large),
           BAD(value_over_its_room),
           BAD(bad_uuid)};

START_TEST(impossible_tables_are_refused)
{
	struct gatt_database db;

	ck_assert_msg(build(&db, bad[_i].table, bad[_i].rows) == -EINVAL, "%s", bad[_i].name);
	ck_assert_int_eq(build(&db, bad[_i].table, 0), -EINVAL);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {handles_go_on_from_those_given, NULL};
	const struct suite_loop loops[] = {{impossible_tables_are_refused, (int)ROWS(bad)},
	                                   {NULL, 0}};

	return suite_run_loops("gatt_database", tests, loops, NULL, NULL);
}
