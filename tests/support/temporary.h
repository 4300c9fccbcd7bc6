/* SPDX-License-Identifier: GPL-3.0-or-later */
/* temporary - a folder of its own for each test, removed with all that is in it. */
#ifndef PUMPCTL_TEST_TEMPORARY_H
#define PUMPCTL_TEST_TEMPORARY_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline int temporary_remove_entry(const char *path, const struct stat *st, int type,
					 struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* Makes the folder (0700) and writes its path into buf (64 bytes are enough). */
static inline void temporary_make(char *buf, size_t size)
{
	(void)snprintf(buf, size, "%s/pumpctl-test-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	if (!mkdtemp(buf))
		abort();
}

static inline void temporary_remove(const char *path)
{
	(void)nftw(path, temporary_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
