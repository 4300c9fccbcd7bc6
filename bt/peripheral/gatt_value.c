/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part of gatt_database.h that judges, reads and writes one attribute. */
#include "gatt_database.h"

#include <string.h>

/* Longest value that is made, not kept: the declaration of a characteristic (Part G, 3.3.1). */
#define MADE_MAX 19

#define CCCD_NOTIFY   0x0001
#define CCCD_INDICATE 0x0002

/* Both directions of a permission, read bit first. */
struct access {
	uint16_t allowed;
	uint16_t encrypt;
	uint16_t authen;
	uint16_t author;
	uint8_t refusal;
};

static const struct access reading = {GATT_PERM_READ, GATT_PERM_READ_ENCRYPT, GATT_PERM_READ_AUTHEN,
                                      GATT_PERM_READ_AUTHOR, ATT_ERR_READ_NOT_PERMITTED};
static const struct access writing = {GATT_PERM_WRITE, GATT_PERM_WRITE_ENCRYPT,
                                      GATT_PERM_WRITE_AUTHEN, GATT_PERM_WRITE_AUTHOR,
                                      ATT_ERR_WRITE_NOT_PERMITTED};

static bool is_of_type(const struct gatt_attribute *attribute, uint16_t uuid)
{
	struct att_uuid type = att_uuid_16(uuid);

	return attribute->kind == GATT_ATTRIBUTE_VALUE && att_uuid_equal(&attribute->type, &type);
}

static uint16_t permissions_of(const struct gatt_database *db,
                               const struct gatt_attribute *attribute)
{
	const struct gatt_row *row = &db->rows[attribute->row];
	uint16_t permissions = row->permissions;

	switch (attribute->kind) {
	case GATT_ATTRIBUTE_SERVICE:
	case GATT_ATTRIBUTE_INCLUDE:
	case GATT_ATTRIBUTE_DECLARATION:
		return GATT_PERM_READ;
	case GATT_ATTRIBUTE_CCCD:
		/* Readable by anyone; writing may ask for what the row asks (3.3.3.3). */
		return (uint16_t)((row->kind == GATT_ROW_CCCD ? permissions : 0) | GATT_PERM_READ |
		                  GATT_PERM_WRITE);
	case GATT_ATTRIBUTE_DESCRIPTOR:
		if ((permissions & GATT_PERM_GIVEN) == 0)
			permissions |= GATT_PERM_READ;
		break;
	case GATT_ATTRIBUTE_VALUE:
		if ((permissions & GATT_PERM_GIVEN) != 0)
			break;
		if (row->properties & GATT_PROP_READ)
			permissions |= GATT_PERM_READ;
		if (row->properties & (GATT_PROP_WRITE | GATT_PROP_COMMAND))
			permissions |= GATT_PERM_WRITE;
		break;
	}
	return permissions;
}

/* Order and codes: Vol 3, Part C, 10.3.1. Without a key 0x05 asks for pairing, with one 0x0f. */
static uint8_t judge(const struct gatt_database *db, const struct gatt_attribute *attribute,
                     const struct gatt_security *security, const struct access *access)
{
	uint16_t permissions = permissions_of(db, attribute);
	const struct gatt_row *row = &db->rows[attribute->row];

	if ((permissions & access->allowed) == 0)
		return access->refusal;
	if ((permissions & access->authen) != 0 && security->level < 3)
		return security->is_bonded && security->level < 2 ? ATT_ERR_ENCRYPTION
		                                                  : ATT_ERR_AUTHENTICATION;
	if ((permissions & access->encrypt) != 0 && security->level < 2)
		return security->is_bonded ? ATT_ERR_ENCRYPTION : ATT_ERR_AUTHENTICATION;
	if ((permissions & (access->authen | access->encrypt)) != 0 &&
	    security->key_size < row->key_size)
		return ATT_ERR_KEY_SIZE;
	if ((permissions & access->author) != 0 && !security->is_authorized)
		return ATT_ERR_AUTHORIZATION;
	return 0;
}

uint8_t gatt_database_may_read(const struct gatt_database *db,
                               const struct gatt_attribute *attribute,
                               const struct gatt_security *security)
{
	return judge(db, attribute, security, &reading);
}

uint8_t gatt_database_may_write(const struct gatt_database *db,
                                const struct gatt_attribute *attribute,
                                const struct gatt_security *security)
{
	return judge(db, attribute, security, &writing);
}

static size_t put_uuid(const struct gatt_server_uuid *from, uint8_t *out)
{
	struct att_uuid uuid = att_uuid_from_text(from->bytes, from->len);

	memcpy(out, uuid.bytes, uuid.len);
	return uuid.len;
}

static size_t put_declaration(const struct gatt_database *db,
                              const struct gatt_attribute *attribute, uint8_t *out)
{
	const struct gatt_row *row = &db->rows[attribute->row];

	out[0] = row->properties;
	att_put_u16(out + 1, attribute[1].handle);
	return 3 + put_uuid(&row->uuid, out + 3);
}

/* Start, end and, only when it is short, the UUID of the included service (3.2). */
static size_t put_include(const struct gatt_database *db, const struct gatt_attribute *attribute,
                          uint8_t *out)
{
	const struct gatt_attribute *service =
	        gatt_database_find(db, db->rows[attribute->row].target);
	const struct gatt_server_uuid *uuid = &db->rows[service->row].uuid;

	att_put_u16(out, service->handle);
	att_put_u16(out + 2, service->group_end);
	return 4 + (uuid->len == 2 ? put_uuid(uuid, out + 4) : 0);
}

/* The value as a piece of memory: kept somewhere, or made in made. */
static const uint8_t *value_of(const struct gatt_database *db,
                               const struct gatt_attribute *attribute, uint8_t made[MADE_MAX],
                               size_t *len)
{
	const struct gatt_row *row = &db->rows[attribute->row];

	switch (attribute->kind) {
	case GATT_ATTRIBUTE_SERVICE:
		*len = put_uuid(&row->uuid, made);
		return made;
	case GATT_ATTRIBUTE_INCLUDE:
		*len = put_include(db, attribute, made);
		return made;
	case GATT_ATTRIBUTE_DECLARATION:
		*len = put_declaration(db, attribute, made);
		return made;
	case GATT_ATTRIBUTE_CCCD:
		att_put_u16(made, attribute->cccd);
		*len = 2;
		return made;
	case GATT_ATTRIBUTE_VALUE:
	case GATT_ATTRIBUTE_DESCRIPTOR:
		break;
	}
	if (is_of_type(attribute, ATT_UUID_DATABASE_HASH)) {
		*len = sizeof db->hash;
		return db->hash;
	}
	if (is_of_type(attribute, ATT_UUID_CLIENT_FEATURES)) {
		made[0] = db->client_features;
		*len = 1;
		return made;
	}
	*len = attribute->stored ? attribute->stored_len : row->value ? row->value_len : 0;
	return attribute->stored ? attribute->stored : row->value;
}

size_t gatt_database_read(const struct gatt_database *db, const struct gatt_attribute *attribute,
                          size_t offset, uint8_t *buf, size_t size, size_t *total)
{
	uint8_t made[MADE_MAX];
	size_t len;
	const uint8_t *value = value_of(db, attribute, made, &len);

	if (total)
		*total = len;
	if (offset >= len)
		return 0;
	if (size > len - offset)
		size = len - offset;
	memcpy(buf, value + offset, size);
	return size;
}

size_t gatt_database_room(const struct gatt_database *db, const struct gatt_attribute *attribute)
{
	if (attribute->kind == GATT_ATTRIBUTE_CCCD)
		return 2;
	return attribute->stored ? db->rows[attribute->row].value_max : ATT_VALUE_MAX;
}

static uint8_t write_cccd(const struct gatt_database *db, struct gatt_attribute *attribute,
                          const uint8_t *value, size_t len)
{
	uint8_t properties = db->rows[attribute->owner].properties;
	uint16_t allowed = 0;

	if (properties & GATT_PROP_NOTIFY)
		allowed |= CCCD_NOTIFY;
	if (properties & GATT_PROP_INDICATE)
		allowed |= CCCD_INDICATE;
	if (len != 2)
		return ATT_ERR_VALUE_LENGTH;
	if ((att_get_u16(value) & ~allowed) != 0)
		return ATT_ERR_VALUE_NOT_ALLOWED;
	attribute->cccd = att_get_u16(value);
	return 0;
}

/* A client may add features and never take one back (7.2). */
static uint8_t write_features(struct gatt_database *db, const uint8_t *value, size_t len)
{
	if (len == 0)
		return ATT_ERR_VALUE_LENGTH;
	if ((db->client_features & ~value[0]) != 0)
		return ATT_ERR_VALUE_NOT_ALLOWED;
	db->client_features = value[0];
	return 0;
}

uint8_t gatt_database_write(struct gatt_database *db, struct gatt_attribute *attribute,
                            const uint8_t *value, size_t len)
{
	if (attribute->kind == GATT_ATTRIBUTE_CCCD)
		return write_cccd(db, attribute, value, len);
	if (len > gatt_database_room(db, attribute))
		return ATT_ERR_VALUE_LENGTH;
	if (is_of_type(attribute, ATT_UUID_CLIENT_FEATURES))
		return write_features(db, value, len);
	if (!attribute->stored)
		return 0;
	if (len > 0)
		memcpy(attribute->stored, value, len);
	attribute->stored_len = len;
	return 0;
}
