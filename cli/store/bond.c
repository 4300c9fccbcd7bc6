/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bond.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "state.h"

#define NAME_SIZE 24
/* Peer, key type and role: what makes two keys of one pairing different. */
#define IDENTITY_LEN 9

static void file_name(const uint8_t adapter[6], char name[NAME_SIZE])
{
	(void)snprintf(name, NAME_SIZE, "bonds-%02X%02X%02X%02X%02X%02X", adapter[5], adapter[4],
		       adapter[3], adapter[2], adapter[1], adapter[0]);
}

int bond_load(const char *directory, const uint8_t adapter[6], struct bond_list *out)
{
	char name[NAME_SIZE];
	file_name(adapter, name);
	out->count = 0;
	const long len = state_read_file(directory, name, out->keys, sizeof(out->keys));
	if (len == -ENOENT)
		return 0;
	if (len < 0)
		return (int)len;
	if (len % BOND_KEY_LEN)
		return -EBADMSG;
	out->count = (size_t)len / BOND_KEY_LEN;
	return 0;
}

static int save(const char *directory, const uint8_t adapter[6], const struct bond_list *list)
{
	char name[NAME_SIZE];
	file_name(adapter, name);
	return state_replace_file(directory, name, list->keys, list->count * BOND_KEY_LEN);
}

/* Takes out the rows whose first len bytes are these. Returns how many. */
static size_t take_out(struct bond_list *list, const uint8_t *bytes, size_t len)
{
	size_t kept = 0;
	for (size_t i = 0; i < list->count; i++)
		if (memcmp(list->keys[i], bytes, len) != 0)
			memmove(list->keys[kept++], list->keys[i], BOND_KEY_LEN);
	const size_t taken = list->count - kept;
	list->count = kept;
	return taken;
}

int bond_store(const char *directory, const uint8_t adapter[6], const uint8_t key[BOND_KEY_LEN])
{
	struct bond_list list;
	int err = bond_load(directory, adapter, &list);
	if (err)
		return err;
	(void)take_out(&list, key, IDENTITY_LEN);
	if (list.count == BOND_MAX)
		(void)take_out(&list, list.keys[0], BOND_KEY_LEN);
	memcpy(list.keys[list.count++], key, BOND_KEY_LEN);
	err = save(directory, adapter, &list);
	explicit_bzero(&list, sizeof(list));
	return err;
}

int bond_remove(const char *directory, const uint8_t adapter[6], const uint8_t peer[BOND_PEER_LEN])
{
	struct bond_list list;
	int err = bond_load(directory, adapter, &list);
	if (!err)
		err = take_out(&list, peer, BOND_PEER_LEN) ? save(directory, adapter, &list) : -ENOENT;
	explicit_bzero(&list, sizeof(list));
	return err;
}

const uint8_t *bond_find(const struct bond_list *list, const uint8_t peer[BOND_PEER_LEN])
{
	for (size_t i = 0; i < list->count; i++)
		if (!memcmp(list->keys[i], peer, BOND_PEER_LEN))
			return list->keys[i];
	return NULL;
}
