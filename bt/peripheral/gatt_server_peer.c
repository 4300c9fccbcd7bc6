/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server remembers of a client, and how it tells one that the database changed. */
#include "gatt_server_inside.h"

#include "gatt_hash.h"

#include <string.h>

bool gatt_server_is_unaware(const struct gatt_server *server)
{
	return server->sync != GATT_SYNC_AWARE &&
	       (server->db.client_features & GATT_FEATURE_ROBUST) != 0;
}

/* The requests that depend on handles the client has learned before. */
static bool uses_handles(uint8_t opcode)
{
	switch (opcode) {
	case ATT_READ_REQ:
	case ATT_READ_BLOB_REQ:
	case ATT_READ_MULTIPLE_REQ:
	case ATT_READ_VARIABLE_REQ:
	case ATT_WRITE_REQ:
	case ATT_PREPARE_REQ:
	case ATT_EXECUTE_REQ:
		return true;
	default:
		return false;
	}
}

bool gatt_server_is_in_sync(struct gatt_server *server, const struct att_pdu *pdu)
{
	struct att_uuid hash = att_uuid_16(ATT_UUID_DATABASE_HASH);

	if (server->sync == GATT_SYNC_TOLD)
		server->sync = GATT_SYNC_AWARE;
	if (!gatt_server_is_unaware(server))
		return true;
	if (pdu->opcode == ATT_READ_TYPE_REQ && att_uuid_equal(&pdu->type, &hash))
		server->sync = GATT_SYNC_TOLD;
	if (!uses_handles(pdu->opcode))
		return true;
	server->sync = GATT_SYNC_TOLD;
	gatt_server_answer_error(server, pdu->opcode, pdu->handle, ATT_ERR_OUT_OF_SYNC);
	return false;
}

int gatt_server_announce(struct gatt_server *server, uint16_t start, uint16_t end)
{
	size_t row = gatt_database_row_of(&server->db, ATT_UUID_SERVICE_CHANGED);
	uint8_t range[4];
	int err;

	server->sync = GATT_SYNC_UNAWARE;
	if (row == server->db.row_count || gatt_database_subscription(&server->db, row) == 0)
		return 0;
	att_put_u16(range, start);
	att_put_u16(range + 2, end);
	err = gatt_server_send_indication(server, row, range, sizeof range);
	if (!err)
		server->is_announcing = true;
	return err;
}

void gatt_server_save(const struct gatt_server *server, struct gatt_peer *peer)
{
	*peer = (struct gatt_peer){.features = server->db.client_features};
	gatt_hash_database(&server->db, peer->hash);
	for (size_t i = 0; i < server->db.count && peer->count < GATT_PEER_CCCDS; i++) {
		const struct gatt_attribute *attribute = &server->db.attributes[i];

		if (attribute->cccd == 0)
			continue;
		peer->cccds[peer->count].handle = attribute->handle;
		peer->cccds[peer->count++].value = attribute->cccd;
	}
}

void gatt_server_restore(struct gatt_server *server, const struct gatt_peer *peer)
{
	uint8_t hash[16];

	server->db.client_features = peer->features;
	gatt_hash_database(&server->db, hash);
	for (size_t i = 0; i < peer->count && i < GATT_PEER_CCCDS; i++) {
		struct gatt_attribute *attribute =
		        gatt_database_find(&server->db, peer->cccds[i].handle);

		/* In another database the handle may be anything. */
		if (attribute && attribute->kind == GATT_ATTRIBUTE_CCCD)
			attribute->cccd = peer->cccds[i].value;
	}
	if (memcmp(hash, peer->hash, sizeof hash) != 0)
		(void)gatt_server_announce(server, 1, ATT_HANDLE_MAX);
}
