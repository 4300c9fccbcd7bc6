/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audit_scan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crc32c.h"

static const char magic[] = "PA1 ";

/* Reading ahead in large steps; a frame is always whole inside the buffer. */
#define WINDOW (4 * AUDIT_FRAME_MAX)

void audit_frame_header(const char *json, size_t len, char out[AUDIT_HEADER_LEN + 1])
{
	(void)snprintf(out, AUDIT_HEADER_LEN + 1, "%s%08zx %08x ", magic, len, crc32c(json, len));
}

/* Eight lower-case hex digits. */
static bool read_hex8(const char *text, uint32_t *out)
{
	uint32_t value = 0;
	for (int i = 0; i < 8; i++) {
		const char *digit = memchr("0123456789abcdef", text[i], 16);
		if (!digit || !text[i])
			return false;
		value = value << 4 | (uint32_t)(digit - "0123456789abcdef");
	}
	*out = value;
	return true;
}

/* Reads the frame at the start of buf. Its whole length, or 0 and *problem. */
static size_t read_frame(const char *buf, size_t len, const char **problem)
{
	uint32_t json_len, crc;
	*problem = "the line is cut off or is not a record";
	if (len < AUDIT_HEADER_LEN || memcmp(buf, magic, 4) != 0 || !read_hex8(buf + 4, &json_len) ||
	    buf[12] != ' ' || !read_hex8(buf + 13, &crc) || buf[21] != ' ')
		return 0;
	if (json_len > AUDIT_RECORD_MAX || len < AUDIT_HEADER_LEN + (size_t)json_len + 1 ||
	    buf[AUDIT_HEADER_LEN + json_len] != '\n')
		return 0;
	*problem = "the checksum does not fit the record";
	if (crc32c(buf + AUDIT_HEADER_LEN, json_len) != crc)
		return 0;
	*problem = NULL;
	return AUDIT_HEADER_LEN + (size_t)json_len + 1;
}

static long read_at(int fd, uint64_t at, char *buf, size_t size)
{
	size_t len = 0;
	while (len < size) {
		const ssize_t n = pread(fd, buf + len, size - len, (off_t)(at + len));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (long)len;
}

/* True if a whole frame starts anywhere after offset from. */
static int frame_follows(int fd, uint64_t from, char *buf, bool *follows)
{
	const char *problem;
	*follows = false;
	for (;;) {
		const long len = read_at(fd, from, buf, WINDOW);
		if (len < 0)
			return (int)len;
		for (long i = 0; i < len; i++) {
			const char *hit = memchr(buf + i, magic[0], (size_t)(len - i));
			if (!hit)
				break;
			i = hit - buf;
			if (read_frame(hit, (size_t)(len - i), &problem)) {
				*follows = true;
				return 0;
			}
		}
		if (len < WINDOW)
			return 0;
		from += (uint64_t)(WINDOW - AUDIT_FRAME_MAX);
	}
}

/*
 * A line that was being written when the power went has no newline yet, or a block of it never
 * reached the disk and reads as zeros. Anything else at the end was whole once.
 */
static int looks_unfinished(int fd, const struct audit_scan *scan, char *buf, bool *unfinished)
{
	char last = '\0';
	const long len = read_at(fd, scan->at, buf, WINDOW);
	if (len < 0)
		return (int)len;
	const long end = read_at(fd, scan->file_len - 1, &last, 1);
	if (end < 0)
		return (int)end;
	*unfinished = last != '\n' || memchr(buf, '\0', (size_t)len);
	return 0;
}

static int scan_frames(int fd, struct audit_index *index, struct audit_scan *scan, char *buf)
{
	while (scan->at < scan->file_len) {
		const long len = read_at(fd, scan->at, buf, WINDOW);
		if (len < 0)
			return (int)len;
		size_t used = 0, frame;
		while (used < (size_t)len &&
		       (frame = read_frame(buf + used, (size_t)len - used, &scan->problem)) != 0) {
			scan->problem = audit_index_add(index, buf + used + AUDIT_HEADER_LEN,
							frame - AUDIT_HEADER_LEN - 1);
			if (scan->problem)
				return 0;
			used += frame;
			scan->at += frame;
		}
		if (used == 0) {
			bool follows, unfinished = false;
			int err = frame_follows(fd, scan->at + 1, buf, &follows);
			if (!err && !follows)
				err = looks_unfinished(fd, scan, buf, &unfinished);
			scan->torn = unfinished;
			return err;
		}
		scan->problem = NULL;
	}
	return 0;
}

int audit_scan_file(int fd, uint64_t from, struct audit_index *index, struct audit_scan *scan)
{
	struct stat st;
	memset(scan, 0, sizeof(*scan));
	scan->at = from;
	if (fstat(fd, &st) < 0)
		return -errno;
	scan->file_len = (uint64_t)st.st_size;
	char *buf = malloc(WINDOW);
	if (!buf)
		return -ENOMEM;
	const int err = scan_frames(fd, index, scan, buf);
	free(buf);
	return err;
}
