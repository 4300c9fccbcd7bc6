/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatt_tree.h"

#include <string.h>

/* Of the form in bytes; another number is another form. */
#define VERSION 1

const struct gatt_characteristic *gatt_tree_find(const struct gatt_tree *tree,
                                                 const struct att_uuid *uuid)
{
	for (size_t i = 0; i < tree->characteristic_count; i++)
		if (att_uuid_equal(&tree->characteristics[i].uuid, uuid))
			return &tree->characteristics[i];
	return NULL;
}

const struct gatt_characteristic *gatt_tree_find_16(const struct gatt_tree *tree, uint16_t uuid)
{
	struct att_uuid wanted = att_uuid_16(uuid);

	return gatt_tree_find(tree, &wanted);
}

const struct gatt_characteristic *gatt_tree_of_value(const struct gatt_tree *tree,
                                                     uint16_t value_handle)
{
	for (size_t i = 0; i < tree->characteristic_count; i++)
		if (tree->characteristics[i].value_handle == value_handle)
			return &tree->characteristics[i];
	return NULL;
}

uint16_t gatt_tree_cccd(const struct gatt_tree *tree,
                        const struct gatt_characteristic *characteristic)
{
	struct att_uuid cccd = att_uuid_16(ATT_UUID_CCCD);

	for (size_t i = 0; i < tree->descriptor_count; i++) {
		const struct gatt_descriptor *descriptor = &tree->descriptors[i];

		if (descriptor->handle > characteristic->value_handle &&
		    descriptor->handle <= characteristic->end &&
		    att_uuid_equal(&descriptor->uuid, &cccd))
			return descriptor->handle;
	}
	return 0;
}

static void put_u8(uint8_t **at, uint8_t value)
{
	*(*at)++ = value;
}

static void put_u16(uint8_t **at, uint16_t value)
{
	att_put_u16(*at, value);
	*at += 2;
}

static void put_uuid(uint8_t **at, const struct att_uuid *uuid)
{
	put_u8(at, uuid->len);
	memcpy(*at, uuid->bytes, uuid->len);
	*at += uuid->len;
}

size_t gatt_tree_encode(const struct gatt_tree *tree, uint8_t *buf)
{
	uint8_t *at = buf;

	put_u8(&at, VERSION);
	put_u8(&at, tree->has_hash);
	memcpy(at, tree->hash, sizeof tree->hash);
	at += sizeof tree->hash;
	put_u16(&at, tree->service_count);
	for (size_t i = 0; i < tree->service_count; i++) {
		put_u16(&at, tree->services[i].start);
		put_u16(&at, tree->services[i].end);
		put_u8(&at, tree->services[i].is_primary);
		put_uuid(&at, &tree->services[i].uuid);
	}
	put_u16(&at, tree->include_count);
	for (size_t i = 0; i < tree->include_count; i++) {
		put_u16(&at, tree->includes[i].handle);
		put_u16(&at, tree->includes[i].start);
		put_u16(&at, tree->includes[i].end);
		put_uuid(&at, &tree->includes[i].uuid);
	}
	put_u16(&at, tree->characteristic_count);
	for (size_t i = 0; i < tree->characteristic_count; i++) {
		put_u16(&at, tree->characteristics[i].handle);
		put_u16(&at, tree->characteristics[i].value_handle);
		put_u16(&at, tree->characteristics[i].end);
		put_u8(&at, tree->characteristics[i].properties);
		put_uuid(&at, &tree->characteristics[i].uuid);
	}
	put_u16(&at, tree->descriptor_count);
	for (size_t i = 0; i < tree->descriptor_count; i++) {
		put_u16(&at, tree->descriptors[i].handle);
		put_uuid(&at, &tree->descriptors[i].uuid);
	}
	return (size_t)(at - buf);
}

/* Fails sticky: after the first short read everything is 0. */
struct reader {
	const uint8_t *at;
	size_t left;
	bool is_broken;
};

static const uint8_t *take(struct reader *reader, size_t len)
{
	static const uint8_t zeros[16];
	const uint8_t *at = reader->at;

	if (reader->is_broken || len > reader->left) {
		reader->is_broken = true;
		return zeros;
	}
	reader->at += len;
	reader->left -= len;
	return at;
}

static uint8_t take_u8(struct reader *reader)
{
	return take(reader, 1)[0];
}

static bool take_bool(struct reader *reader)
{
	uint8_t value = take_u8(reader);

	reader->is_broken |= value > 1;
	return value == 1;
}

static uint16_t take_u16(struct reader *reader)
{
	return att_get_u16(take(reader, 2));
}

static uint16_t take_count(struct reader *reader, uint16_t max)
{
	uint16_t count = take_u16(reader);

	reader->is_broken |= count > max;
	return reader->is_broken ? 0 : count;
}

static struct att_uuid take_uuid(struct reader *reader)
{
	uint8_t len = take_u8(reader);
	struct att_uuid uuid = {.len = 0};

	if (len == 2 || len == 16)
		uuid = att_uuid_from_wire(take(reader, len), len);
	else
		reader->is_broken = true;
	return uuid;
}

static void take_services(struct reader *reader, struct gatt_tree *tree)
{
	tree->service_count = take_count(reader, GATT_TREE_SERVICES);
	for (size_t i = 0; i < tree->service_count; i++) {
		struct gatt_service *service = &tree->services[i];

		service->start = take_u16(reader);
		service->end = take_u16(reader);
		service->is_primary = take_bool(reader);
		service->uuid = take_uuid(reader);
		reader->is_broken |= service->start == 0 || service->end < service->start;
	}
	tree->include_count = take_count(reader, GATT_TREE_INCLUDES);
	for (size_t i = 0; i < tree->include_count; i++) {
		struct gatt_include *include = &tree->includes[i];

		include->handle = take_u16(reader);
		include->start = take_u16(reader);
		include->end = take_u16(reader);
		include->uuid = take_uuid(reader);
		reader->is_broken |= include->start == 0 || include->end < include->start;
	}
}

static void take_characteristics(struct reader *reader, struct gatt_tree *tree)
{
	tree->characteristic_count = take_count(reader, GATT_TREE_CHARACTERISTICS);
	for (size_t i = 0; i < tree->characteristic_count; i++) {
		struct gatt_characteristic *characteristic = &tree->characteristics[i];

		characteristic->handle = take_u16(reader);
		characteristic->value_handle = take_u16(reader);
		characteristic->end = take_u16(reader);
		characteristic->properties = take_u8(reader);
		characteristic->uuid = take_uuid(reader);
		reader->is_broken |= characteristic->handle == 0 ||
		                     characteristic->value_handle <= characteristic->handle ||
		                     characteristic->end < characteristic->value_handle;
	}
	tree->descriptor_count = take_count(reader, GATT_TREE_DESCRIPTORS);
	for (size_t i = 0; i < tree->descriptor_count; i++) {
		tree->descriptors[i].handle = take_u16(reader);
		tree->descriptors[i].uuid = take_uuid(reader);
		reader->is_broken |= tree->descriptors[i].handle == 0;
	}
}

bool gatt_tree_decode(const uint8_t *bytes, size_t len, struct gatt_tree *tree)
{
	struct reader reader = {bytes, len, false};

	memset(tree, 0, sizeof *tree);
	reader.is_broken = take_u8(&reader) != VERSION;
	tree->has_hash = take_bool(&reader);
	memcpy(tree->hash, take(&reader, sizeof tree->hash), sizeof tree->hash);
	take_services(&reader, tree);
	take_characteristics(&reader, tree);
	if (!reader.is_broken && reader.left == 0)
		return true;
	memset(tree, 0, sizeof *tree);
	return false;
}
