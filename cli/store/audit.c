/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audit.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit_file.h"
#include "audit_scan.h"
#include "state.h"

struct audit {
	struct audit_file file;
	struct audit_index index;
	struct audit_context context;
	uint64_t known; /* bytes of the file that the index holds */
	enum audit_state state;
	char damage[200];
	char *frame; /* AUDIT_FRAME_MAX + 1 bytes */
};

const char *audit_outcome_name(enum audit_outcome outcome)
{
	static const char *const names[] = {
		[AUDIT_NOT_SENT] = "not-sent",
		[AUDIT_REFUSED] = "refused",
		[AUDIT_APPLIED] = "applied",
		[AUDIT_UNKNOWN] = "unknown",
	};
	return names[outcome];
}

static int set_damage(struct audit *a, const char *problem)
{
	a->state = AUDIT_DAMAGED;
	(void)snprintf(a->damage, sizeof(a->damage), "line %" PRIu64 ", byte %" PRIu64 ": %s",
		       a->index.tree.size + 1, a->known, problem);
	return 0;
}

/* After this nothing more is written by this process: what is on the disk is not known. */
static int poison(struct audit *a, int err)
{
	set_damage(a, "the file could not be written; what is stored is not known until it is opened again");
	return err;
}

/* One frame, durable. The file is locked. */
static int write_record(struct audit *a, const char *kind, const cJSON *data, bool use_reserve)
{
	struct audit_open open[AUDIT_OPEN_MAX];
	size_t count;
	char header[AUDIT_HEADER_LEN + 1];
	if (audit_index_preview(&a->index, kind, data, open, &count))
		return -EINVAL;
	char *json = a->frame + AUDIT_HEADER_LEN;
	const long len = audit_record_print(&a->context, a->index.tree.size, kind,
					    a->index.last_leaf, open, count, data, json);
	if (len < 0)
		return (int)len;
	/* What no reader would take must not reach the file: it could never be taken back. */
	if (audit_index_check(&a->index, json, (size_t)len))
		return -EINVAL;
	audit_frame_header(json, (size_t)len, header);
	memcpy(a->frame, header, AUDIT_HEADER_LEN);
	json[len] = '\n';
	const size_t frame = AUDIT_HEADER_LEN + (size_t)len + 1;
	int err = audit_file_make_room(&a->file, a->known, frame, use_reserve);
	if (err) {
		a->state = AUDIT_FULL;
		return err;
	}
	err = audit_file_write(&a->file, a->known, a->frame, frame);
	if (err)
		return poison(a, err);
	if (audit_index_add(&a->index, json, (size_t)len))
		return poison(a, -EIO);
	a->known += frame;
	if (a->state == AUDIT_FULL)
		a->state = AUDIT_SOUND;
	return 0;
}

/* Cuts an unfinished last line off, keeps it beside the log, and says so in the trail. */
static int mend_tail(struct audit *a, const struct audit_scan *scan)
{
	uint8_t hash[TREE_HASH_LEN];
	const int err = audit_file_cut_tail(&a->file, scan->at, scan->file_len, hash);
	if (err)
		return err == -ENOSPC ? err : poison(a, err);
	cJSON *data = cJSON_CreateObject();
	json_add_decimal(data, "offset", scan->at);
	json_add_decimal(data, "length", scan->file_len - scan->at);
	json_add_hex(data, "sha256", hash, sizeof(hash));
	const int written = write_record(a, "recovered", data, true);
	cJSON_Delete(data);
	return written == -ENOSPC ? 0 : written;
}

/* Takes in what this or another process wrote since. The file is locked. */
static int catch_up(struct audit *a)
{
	struct audit_scan scan;
	const int err = audit_scan_file(a->file.fd, a->known, &a->index, &scan);
	if (err)
		return err;
	if (scan.file_len < a->known)
		return set_damage(a, "the file is shorter than it was");
	a->known = scan.at;
	if (!scan.problem)
		return 0;
	return scan.torn ? mend_tail(a, &scan) : set_damage(a, scan.problem);
}

static int start_trail(struct audit *a)
{
	cJSON *data = cJSON_CreateObject();
	cJSON_AddStringToObject(data, "tree", "RFC 6962, SHA-256");
	const int err = write_record(a, "trail-started", data, false);
	cJSON_Delete(data);
	return err;
}

static int read_boot_id(char out[40])
{
	const long len = state_read_file("/proc/sys/kernel/random", "boot_id", out, 39);
	if (len < 0)
		return (int)len;
	out[len] = '\0';
	out[strcspn(out, "\n")] = '\0';
	return 0;
}

static int open_trail(struct audit *a, const char *state_dir)
{
	a->frame = malloc(AUDIT_FRAME_MAX + 1);
	if (!a->frame)
		return -ENOMEM;
	int err = read_boot_id(a->context.boot_id);
	if (!err)
		err = audit_file_open(&a->file, state_dir, a->context.origin);
	if (!err)
		err = audit_file_lock(&a->file);
	if (err)
		return err;
	err = catch_up(a);
	if (!err && a->state == AUDIT_SOUND && a->index.tree.size == 0)
		err = start_trail(a);
	if (!err && a->state == AUDIT_SOUND && strcmp(a->index.origin, a->context.origin) != 0)
		set_damage(a, "the records are of another origin than their folder");
	audit_file_unlock(&a->file);
	return err == -ENOSPC ? 0 : err;
}

int audit_open(struct audit **out, const char *state_dir)
{
	struct audit *a = calloc(1, sizeof(*a));
	*out = NULL;
	if (!a)
		return -ENOMEM;
	a->file.fd = -1;
	audit_index_init(&a->index);
	const int err = open_trail(a, state_dir);
	if (err == -ENOMEM) {
		audit_close(a);
		return err;
	}
	if (err == -EAGAIN)
		set_damage(a, "another program holds the trail's lock");
	else if (err)
		set_damage(a, strerror(-err));
	*out = a;
	return 0;
}

void audit_close(struct audit *a)
{
	if (!a)
		return;
	audit_file_close(&a->file);
	audit_index_finish(&a->index);
	free(a->frame);
	free(a);
}

enum audit_state audit_state(const struct audit *a)
{
	return a->state;
}

const char *audit_damage_text(const struct audit *a)
{
	return a->damage;
}

void audit_head(const struct audit *a, struct audit_head *head)
{
	size_t len;
	memset(head, 0, sizeof(*head));
	(void)sodium_hex2bin(head->origin, sizeof(head->origin), a->context.origin,
			     2 * AUDIT_ORIGIN_LEN, NULL, &len, NULL);
	head->size = a->index.tree.size;
	tree_root(&a->index.tree, head->root);
}

const char *audit_path(const struct audit *a)
{
	return a->file.path;
}

size_t audit_open_intents(const struct audit *a, const char *serial, struct audit_intent *out,
			  size_t max)
{
	size_t count = 0;
	for (size_t i = 0; i < a->index.open_count; i++) {
		if (serial && strcmp(a->index.open[i].serial, serial) != 0)
			continue;
		if (count < max)
			out[count] = a->index.open[i];
		count++;
	}
	return count;
}

uint64_t audit_last_token(const struct audit *a, const char *serial)
{
	return audit_index_last_token(&a->index, serial);
}

bool audit_differs(const struct audit *a, const char *serial)
{
	return audit_index_differs(&a->index, serial);
}

bool audit_last_applied(const struct audit *a, const char *serial, uint8_t digest[32])
{
	return audit_index_last_applied(&a->index, serial, digest);
}

void audit_set_context(struct audit *a, const char *serial, bool is_virtual, const char *session)
{
	struct audit_context *c = &a->context;
	(void)snprintf(c->serial, sizeof(c->serial), "%s", serial ? serial : "");
	(void)snprintf(c->session, sizeof(c->session), "%s", session ? session : "");
	c->is_virtual = is_virtual;
}

/* 0: the file is locked and the index holds all of it. */
static int lock_and_catch_up(struct audit *a)
{
	if (a->state == AUDIT_DAMAGED)
		return -EROFS;
	int err = audit_file_lock(&a->file);
	if (err)
		return err;
	err = catch_up(a);
	if (!err && a->state == AUDIT_DAMAGED)
		err = -EROFS;
	if (err)
		audit_file_unlock(&a->file);
	return err;
}

int audit_refresh(struct audit *a)
{
	const int err = lock_and_catch_up(a);
	if (!err)
		audit_file_unlock(&a->file);
	return err;
}

/* The frame of every public append: lock, catch up, write, unlock. */
static int append_locked(struct audit *a, const char *kind, const cJSON *data, bool use_reserve,
			 struct audit_head *head)
{
	int err = lock_and_catch_up(a);
	if (err)
		return err;
	err = write_record(a, kind, data, use_reserve);
	audit_file_unlock(&a->file);
	if (!err && head)
		audit_head(a, head);
	return err;
}

int audit_append(struct audit *a, const char *kind, const cJSON *data, struct audit_head *head)
{
	if (!audit_kind_valid(kind))
		return -EINVAL;
	return append_locked(a, kind, data, false, head);
}

int audit_program(struct audit *a, const uint8_t digest[32], const uint8_t *image,
		  size_t image_len, const char *text)
{
	if (audit_index_has_program(&a->index, digest))
		return 0;
	cJSON *data = cJSON_CreateObject();
	if (!data)
		return -ENOMEM;
	json_add_hex(data, "digest", digest, 32);
	json_add_hex(data, "image", image, image_len);
	cJSON_AddStringToObject(data, "text", text);
	const int err = append_locked(a, "program", data, false, NULL);
	cJSON_Delete(data);
	/* Another process may have recorded it just before: then this one has taken that in. */
	return err == -EINVAL && audit_index_has_program(&a->index, digest) ? 0 : err;
}

int audit_intent(struct audit *a, const struct audit_intent *intent, const cJSON *details,
		 struct audit_head *head)
{
	size_t same = 0;
	for (size_t i = 0; i < a->index.open_count; i++)
		same += !a->index.open[i].gets_safe &&
			strcmp(a->index.open[i].serial, intent->serial) == 0;
	if (same && !intent->gets_safe)
		return -EBUSY;
	if (a->index.open_count == AUDIT_OPEN_MAX)
		return -EOVERFLOW;
	cJSON *data = audit_intent_to_json(intent, details);
	if (!data)
		return -ENOMEM;
	const int err = append_locked(a, "intent", data, intent->gets_safe, head);
	cJSON_Delete(data);
	return err;
}

int audit_outcome(struct audit *a, const char *serial, uint64_t token, enum audit_outcome outcome,
		  const char *reason, bool resolution, struct audit_head *head)
{
	if (audit_index_find(&a->index, serial, token) < 0)
		return -ENOENT;
	cJSON *data = cJSON_CreateObject();
	if (!data)
		return -ENOMEM;
	cJSON_AddStringToObject(data, "outcome", audit_outcome_name(outcome));
	cJSON_AddStringToObject(data, "reason", reason);
	cJSON_AddStringToObject(data, "serial", serial);
	json_add_decimal(data, "token", token);
	const int err = append_locked(a, resolution ? "resolution" : "outcome", data, true, head);
	cJSON_Delete(data);
	return err;
}
