/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatt_database.h"

#include "gatt_hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What building the attributes goes by. */
struct build {
	uint32_t next; /* handle */
	size_t used;   /* bytes of storage */
	uint16_t service;
	uint16_t owner;
	bool has_service;
	bool has_owner;
	bool is_broken;
};

static bool makes_cccd(const struct gatt_row *row)
{
	return row->kind == GATT_ROW_CHARACTERISTIC && !row->has_no_cccd &&
	       (row->properties & (GATT_PROP_NOTIFY | GATT_PROP_INDICATE)) != 0;
}

static size_t attributes_of(const struct gatt_row *row)
{
	if (row->kind != GATT_ROW_CHARACTERISTIC)
		return 1;
	return makes_cccd(row) ? 3 : 2;
}

static bool is_row_valid(const struct gatt_row *row)
{
	bool has_uuid = row->uuid.len == 2 || row->uuid.len == 16;
	bool needs_uuid = row->kind != GATT_ROW_INCLUDE && row->kind != GATT_ROW_CCCD;

	return (has_uuid || !needs_uuid) && row->value_len <= ATT_VALUE_MAX &&
	       row->value_max <= ATT_VALUE_MAX &&
	       (row->value_max == 0 || row->value_len <= row->value_max);
}

static bool measure(const struct gatt_row *table, size_t rows, size_t *count, size_t *bytes)
{
	*count = 0;
	*bytes = 0;
	if (rows == 0 || rows > ATT_HANDLE_MAX)
		return false;
	for (size_t i = 0; i < rows; i++) {
		if (!is_row_valid(&table[i]))
			return false;
		*count += attributes_of(&table[i]);
		*bytes += table[i].value_max;
	}
	return *count <= ATT_HANDLE_MAX;
}

static struct gatt_attribute *add(struct gatt_database *db, struct build *build,
                                  enum gatt_attribute_kind kind, size_t row, struct att_uuid type,
                                  uint16_t handle)
{
	struct gatt_attribute *attribute = &db->attributes[db->count++];

	if (handle != 0)
		build->next = handle;
	if (build->next > ATT_HANDLE_MAX)
		build->is_broken = true;
	*attribute = (struct gatt_attribute){.kind = kind,
	                                     .row = (uint16_t)row,
	                                     .owner = build->owner,
	                                     .service = build->service,
	                                     .handle = (uint16_t)build->next,
	                                     .group_end = (uint16_t)build->next,
	                                     .type = type};
	build->next++;
	return attribute;
}

static void give_storage(struct gatt_database *db, struct build *build,
                         struct gatt_attribute *attribute)
{
	const struct gatt_row *row = &db->rows[attribute->row];

	if (row->value_max == 0)
		return;
	attribute->stored = db->storage + build->used;
	attribute->stored_len = row->value_len;
	if (row->value_len > 0)
		memcpy(attribute->stored, row->value, row->value_len);
	build->used += row->value_max;
}

static void add_characteristic(struct gatt_database *db, struct build *build, size_t index)
{
	const struct gatt_row *row = &db->rows[index];

	build->owner = (uint16_t)index;
	build->has_owner = true;
	add(db, build, GATT_ATTRIBUTE_DECLARATION, index, att_uuid_16(ATT_UUID_CHARACTERISTIC),
	    row->handle);
	give_storage(db, build,
	             add(db, build, GATT_ATTRIBUTE_VALUE, index,
	                 att_uuid_from_text(row->uuid.bytes, row->uuid.len), row->value_handle));
	if (makes_cccd(row))
		add(db, build, GATT_ATTRIBUTE_CCCD, index, att_uuid_16(ATT_UUID_CCCD), 0);
}

static void add_service(struct gatt_database *db, struct build *build, size_t index)
{
	const struct gatt_row *row = &db->rows[index];
	uint16_t type = row->kind == GATT_ROW_SERVICE ? ATT_UUID_PRIMARY : ATT_UUID_SECONDARY;

	build->service = (uint16_t)index;
	build->has_service = true;
	build->has_owner = false;
	add(db, build, GATT_ATTRIBUTE_SERVICE, index, att_uuid_16(type), row->handle);
}

static void add_row(struct gatt_database *db, struct build *build, size_t index)
{
	const struct gatt_row *row = &db->rows[index];

	switch (row->kind) {
	case GATT_ROW_SERVICE:
	case GATT_ROW_SECONDARY:
		add_service(db, build, index);
		break;
	case GATT_ROW_INCLUDE:
		add(db, build, GATT_ATTRIBUTE_INCLUDE, index, att_uuid_16(ATT_UUID_INCLUDE),
		    row->handle);
		build->is_broken |= build->has_owner;
		break;
	case GATT_ROW_CHARACTERISTIC:
		add_characteristic(db, build, index);
		break;
	case GATT_ROW_DESCRIPTOR:
		give_storage(db, build,
		             add(db, build, GATT_ATTRIBUTE_DESCRIPTOR, index,
		                 att_uuid_from_text(row->uuid.bytes, row->uuid.len), row->handle));
		build->is_broken |= !build->has_owner;
		break;
	case GATT_ROW_CCCD:
		add(db, build, GATT_ATTRIBUTE_CCCD, index, att_uuid_16(ATT_UUID_CCCD), row->handle);
		build->is_broken |= !build->has_owner;
		break;
	}
	build->is_broken |= !build->has_service;
}

static int compare_handles(const void *a, const void *b)
{
	const struct gatt_attribute *x = a;
	const struct gatt_attribute *y = b;

	return (int)x->handle - (int)y->handle;
}

/* The last handle of a group: up to the next attribute that begins one like it. */
static bool close_group(struct gatt_database *db, size_t first)
{
	struct gatt_attribute *head = &db->attributes[first];
	bool is_service = head->kind == GATT_ATTRIBUTE_SERVICE;
	size_t i = first + 1;

	while (i < db->count && db->attributes[i].kind != GATT_ATTRIBUTE_SERVICE &&
	       (is_service || db->attributes[i].kind != GATT_ATTRIBUTE_DECLARATION)) {
		/* Handles that the table gives must not mix two services or characteristics. */
		if (db->attributes[i].service != head->service ||
		    (!is_service && db->attributes[i].owner != head->owner))
			return false;
		i++;
	}
	head->group_end = db->attributes[i - 1].handle;
	if (is_service && db->rows[head->row].last_handle != 0) {
		if (db->rows[head->row].last_handle < head->group_end)
			return false;
		head->group_end = db->rows[head->row].last_handle;
	}
	return i == db->count || head->group_end < db->attributes[i].handle;
}

/* After sorting: handles are unique, groups whole, includes name services. */
static bool finish_attributes(struct gatt_database *db)
{
	for (size_t i = 0; i < db->count; i++) {
		const struct gatt_attribute *attribute = &db->attributes[i];

		if (i > 0 && attribute->handle == db->attributes[i - 1].handle)
			return false;
		if (attribute->kind == GATT_ATTRIBUTE_DECLARATION &&
		    (i + 1 == db->count || attribute[1].kind != GATT_ATTRIBUTE_VALUE ||
		     attribute[1].row != attribute->row))
			return false;
		if ((attribute->kind == GATT_ATTRIBUTE_SERVICE ||
		     attribute->kind == GATT_ATTRIBUTE_DECLARATION) &&
		    !close_group(db, i))
			return false;
	}
	for (size_t i = 0; i < db->count; i++) {
		const struct gatt_attribute *service;

		if (db->attributes[i].kind != GATT_ATTRIBUTE_INCLUDE)
			continue;
		service = gatt_database_find(db, db->rows[db->attributes[i].row].target);
		if (!service || service->kind != GATT_ATTRIBUTE_SERVICE)
			return false;
	}
	return true;
}

int gatt_database_init(struct gatt_database *db, const struct gatt_row *table, size_t rows)
{
	struct build build = {.next = 1};
	size_t count;
	size_t bytes;

	*db = (struct gatt_database){.rows = NULL};
	if (!measure(table, rows, &count, &bytes))
		return -EINVAL;
	db->rows = calloc(rows, sizeof *db->rows);
	db->attributes = calloc(count, sizeof *db->attributes);
	db->storage = malloc(bytes + 1);
	if (!db->rows || !db->attributes || !db->storage) {
		gatt_database_finish(db);
		return -ENOMEM;
	}
	memcpy(db->rows, table, rows * sizeof *table);
	db->row_count = rows;
	for (size_t i = 0; i < rows; i++)
		add_row(db, &build, i);
	qsort(db->attributes, db->count, sizeof *db->attributes, compare_handles);
	if (build.is_broken || !finish_attributes(db)) {
		gatt_database_finish(db);
		return -EINVAL;
	}
	if (gatt_database_row_of(db, ATT_UUID_DATABASE_HASH) < db->row_count)
		gatt_hash_database(db, db->hash);
	return 0;
}

void gatt_database_finish(struct gatt_database *db)
{
	free(db->rows);
	free(db->attributes);
	free(db->storage);
	*db = (struct gatt_database){.rows = NULL};
}

struct gatt_attribute *gatt_database_from(const struct gatt_database *db, uint16_t handle)
{
	size_t low = 0;
	size_t high = db->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (db->attributes[middle].handle < handle)
			low = middle + 1;
		else
			high = middle;
	}
	return low < db->count ? &db->attributes[low] : NULL;
}

struct gatt_attribute *gatt_database_find(const struct gatt_database *db, uint16_t handle)
{
	struct gatt_attribute *attribute = gatt_database_from(db, handle);

	return attribute && attribute->handle == handle ? attribute : NULL;
}

struct gatt_attribute *gatt_database_of_row(const struct gatt_database *db, size_t row,
                                            enum gatt_attribute_kind kind)
{
	for (size_t i = 0; i < db->count; i++)
		if (db->attributes[i].row == row && db->attributes[i].kind == kind)
			return &db->attributes[i];
	return NULL;
}

size_t gatt_database_row_of(const struct gatt_database *db, uint16_t uuid)
{
	struct att_uuid wanted = att_uuid_16(uuid);

	for (size_t i = 0; i < db->count; i++)
		if (db->attributes[i].kind == GATT_ATTRIBUTE_VALUE &&
		    att_uuid_equal(&db->attributes[i].type, &wanted))
			return db->attributes[i].row;
	return db->row_count;
}

uint16_t gatt_database_subscription(const struct gatt_database *db, size_t row)
{
	for (size_t i = 0; i < db->count; i++) {
		const struct gatt_attribute *attribute = &db->attributes[i];
		struct att_uuid cccd;

		/* Each notification comes here: the UUID is looked at last. */
		if (attribute->owner != row)
			continue;
		if (attribute->kind == GATT_ATTRIBUTE_CCCD)
			return attribute->cccd;
		cccd = att_uuid_16(ATT_UUID_CCCD);
		if (attribute->kind == GATT_ATTRIBUTE_DESCRIPTOR && attribute->stored_len >= 2 &&
		    att_uuid_equal(&attribute->type, &cccd))
			return att_get_u16(attribute->stored);
	}
	return 0;
}

void gatt_database_forget_client(struct gatt_database *db)
{
	db->client_features = 0;
	for (size_t i = 0; i < db->count; i++)
		db->attributes[i].cccd = 0;
}
