/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatt_hash.h"

#include "aes_cmac.h"

/* What of an attribute goes into the hash (7.3.1, table of attribute types). */
enum part { PART_NONE, PART_TYPE, PART_VALUE };

static enum part part_of(const struct gatt_attribute *attribute)
{
	switch (attribute->kind) {
	case GATT_ATTRIBUTE_SERVICE:
	case GATT_ATTRIBUTE_INCLUDE:
	case GATT_ATTRIBUTE_DECLARATION:
		return PART_VALUE;
	case GATT_ATTRIBUTE_CCCD:
		return PART_TYPE;
	case GATT_ATTRIBUTE_VALUE:
		return PART_NONE;
	case GATT_ATTRIBUTE_DESCRIPTOR:
		break;
	}
	if (attribute->type.len != 2)
		return PART_NONE;
	switch (att_get_u16(attribute->type.bytes)) {
	case ATT_UUID_EXTENDED:
		return PART_VALUE;
	case ATT_UUID_USER_TEXT:
	case ATT_UUID_CCCD:
	case ATT_UUID_SCCD:
	case ATT_UUID_FORMAT:
	case ATT_UUID_AGGREGATE:
		return PART_TYPE;
	default:
		return PART_NONE;
	}
}

void gatt_hash_database(const struct gatt_database *db, uint8_t hash[16])
{
	static const uint8_t key[16];
	struct aes_cmac cmac;
	uint8_t tag[AES_CMAC_LEN];

	aes_cmac_init(&cmac, key);
	for (size_t i = 0; i < db->count; i++) {
		const struct gatt_attribute *attribute = &db->attributes[i];
		enum part part = part_of(attribute);
		uint8_t bytes[ATT_VALUE_MAX];

		if (part == PART_NONE)
			continue;
		att_put_u16(bytes, attribute->handle);
		aes_cmac_update(&cmac, bytes, 2);
		aes_cmac_update(&cmac, attribute->type.bytes, attribute->type.len);
		if (part == PART_VALUE)
			aes_cmac_update(
			        &cmac, bytes,
			        gatt_database_read(db, attribute, 0, bytes, sizeof bytes, NULL));
	}
	aes_cmac_final(&cmac, tag);
	for (int i = 0; i < 16; i++)
		hash[i] = tag[15 - i];
}
