/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drug_site.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app.h"
#include "drug_file.h"

struct drug_site_store {
	bool present;
	char path[STATE_PATH_MAX];
	struct drug_file file;
	char text[DRUG_FILE_MAX];
};

static enum error_code refuse(struct error *error, const char *path, const char *reason)
{
	return error_set(error, ERR_DRUG_FILE, "%.200s: %s", path, reason);
}

/* What others may change is not the clinic's word. */
static const char *distrust(int fd)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "this is not a file";
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return "it belongs to another user";
	return st.st_mode & 0022 ? "other users may change it; run: chmod go-w on it" : NULL;
}

/* Length of the text; -1: refused. */
static long read_whole(int fd, struct drug_site_store *store, struct error *error)
{
	size_t len = 0;
	const char *wrong = distrust(fd);
	while (!wrong) {
		const ssize_t n = read(fd, store->text + len, sizeof(store->text) - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			wrong = strerror(errno);
		else if (n == 0)
			return (long)len;
		else if ((len += (size_t)n) == sizeof(store->text))
			wrong = "it is larger than a file of drugs can be";
	}
	(void)refuse(error, store->path, wrong);
	return -1;
}

static enum error_code load(struct drug_site_store *store, bool required, struct error *error)
{
	const int fd = open(store->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT && !required)
		return ERR_NONE;
	if (fd < 0)
		return refuse(error, store->path, strerror(errno));
	const long len = read_whole(fd, store, error);
	close(fd);
	if (len < 0)
		return ERR_DRUG_FILE;
	struct drug_file_error why;
	if (!drug_file_parse(store->text, (size_t)len, &store->file, &why))
		return error_set(error, ERR_DRUG_FILE, "%.200s, line %zu, column %zu: %s", store->path, why.line,
				 why.column, why.reason);
	store->present = true;
	return ERR_NONE;
}

static enum error_code find_path(const struct app *app, char *path, size_t size, struct error *error)
{
	char dir[STATE_PATH_MAX];
	int n;
	if (app->options.drug_file) {
		n = snprintf(path, size, "%s", app->options.drug_file);
	} else {
		const int err = state_directory_name(app->options.state_dir, dir, sizeof(dir));
		if (err == -ENOENT) /* no home: nothing can lie there */
			return ERR_NONE;
		n = err ? -1 : snprintf(path, size, "%s/" DRUG_SITE_FILE, dir);
	}
	return n < 0 || (size_t)n >= size ? refuse(error, "drug file", "its path is too long") : ERR_NONE;
}

enum error_code drug_site_use(struct app *app, const struct drug_site **site, struct error *error)
{
	enum error_code code = ERR_NONE;
	*site = NULL;
	if (!app->drug_site) {
		struct drug_site_store *store = calloc(1, sizeof(*store));
		if (!store)
			return error_set(error, ERR_FAILED, "out of memory");
		code = find_path(app, store->path, sizeof(store->path), error);
		if (!code && store->path[0])
			code = load(store, app->options.drug_file != NULL, error);
		if (code) {
			free(store);
			return code;
		}
		app->drug_site = store;
	}
	if (app->drug_site->present)
		*site = &app->drug_site->file.site;
	return ERR_NONE;
}

const char *drug_site_clinic(const struct app *app)
{
	return app->drug_site && app->drug_site->present ? app->drug_site->file.clinic : NULL;
}

void drug_site_destroy(struct drug_site_store *store)
{
	free(store);
}
