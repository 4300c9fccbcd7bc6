/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * app - what one run of pumpctl holds: options, and the state, trail, archive and session that
 * are opened when a command first needs them.
 */
#ifndef PUMPCTL_APP_H
#define PUMPCTL_APP_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "line.h"
#include "state.h"

struct archive;
struct audit;
struct drug_site_store;
struct loop;
struct msg_operators;
struct msg_started;
struct output;
struct session;
struct signer;
struct shell;

#define APP_PUMP_MAX 80

enum color_mode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* The command line's options (options.h); a line of the shell adds its own for its own run. */
struct app_options {
	const char *pump;      /* --pump; NULL: none named */
	const char *state_dir; /* --state-dir; NULL: by the environment */
	const char *drug_file; /* --drug-file; NULL: drugs.json in the state directory */
	bool json, plain, no_input, dry_run, check;
	enum color_mode color;
	int adapter;           /* --adapter: hciN */
	bool adapter_named;    /* --adapter was given */
	bool link_security;    /* --link-security */
	int timeout_ms;        /* --timeout: finding and connecting */
	const char *confirm[LINE_CONFIRM_MAX]; /* --confirm TEXT */
	size_t confirm_count;
	const char *operator_id;  /* --operator; NULL: the only one here */
	const char *second;       /* --second: the second person */
	const char *second_entry; /* --second-entry: what that person read */
	const char *reason;       /* --reason: why a finding is overridden */
	const char *break_glass;  /* --break-glass: why nobody signs */
	int passphrase_fd;        /* --passphrase-fd; -1: the terminal */
};

struct app {
	struct app_options options;
	bool state_known;
	char state_dir[STATE_PATH_MAX]; /* through app_state_dir */
	char pump[APP_PUMP_MAX];        /* the pump in use; "": none yet */
	struct loop *loop;              /* through app_loop */
	struct audit *audit;            /* through app_audit */
	struct archive *archive;        /* through app_archive */
	struct session *session;        /* open while a NEEDS_LINK handler runs */
	struct drug_site_store *drug_site; /* through drug_site_use */
	struct signer *signer;          /* keys that are open for the next order (sign.h) */
	struct msg_operators *operators; /* of the pump, while a command runs; NULL: not read */
	struct shell *shell;            /* NULL outside the shell */
};

/* NULL: out of memory. */
struct app *app_create(void);
/* Closes whatever is open, the session first. Accepts NULL. */
void app_destroy(struct app *app);

/* The state directory, found and made on first use. FAILED with the reason. */
enum error_code app_state_dir(struct app *app, const char **dir, struct error *error)
	__attribute__((warn_unused_result));
enum error_code app_loop(struct app *app, struct loop **loop, struct error *error)
	__attribute__((warn_unused_result));
/* Opens the trail; it may turn out damaged (audit_state). FAILED: out of memory. */
enum error_code app_audit(struct app *app, struct audit **audit, struct error *error)
	__attribute__((warn_unused_result));
enum error_code app_archive(struct app *app, struct archive **archive, struct error *error)
	__attribute__((warn_unused_result));

/*
 * The pump meant: the one in use, else --pump, else the only paired one. NO_PUMP_NAMED:
 * none or several are paired. pump: APP_PUMP_MAX bytes.
 */
enum error_code app_pump_name(struct app *app, char *pump, size_t size, struct error *error)
	__attribute__((warn_unused_result));
/*
 * Serial of the pump meant, from the pairing, without any link. serial: STATE_SERIAL_MAX + 1
 * bytes. NO_PUMP_NAMED, NOT_PAIRED.
 */
enum error_code app_pump_serial(struct app *app, char *serial, size_t size, struct error *error) __attribute__((warn_unused_result));

/*
 * Opens a session with the pump meant if none is open (or the open one has ended). Errors as
 * session_open. *fresh: true if this call opened it (its resolutions are new).
 */
enum error_code app_connect(struct app *app, bool *fresh, struct error *error)
	__attribute__((warn_unused_result));
/* Closes the session; the pump stays the one in use. */
void app_disconnect(struct app *app);

#endif
