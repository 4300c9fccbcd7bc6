/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "link_key.h"

#include <string.h>

#include "app.h"
#include "output.h"
#include "wireless.h"

#define SIM_PREFIX "sim:"

enum error_code link_forget(struct app *app, const struct values *args, struct output *out,
			    struct error *error)
{
	char name[APP_PUMP_MAX];
	struct state_pairing pairing;
	struct wireless_config config = {.adapter = app->options.adapter};
	struct wireless *wireless = NULL;
	(void)args;
	enum error_code code = app_pump_name(app, name, sizeof(name), error);
	if (!code)
		code = app_state_dir(app, &config.state_dir, error);
	if (!code)
		code = app_loop(app, &config.loop, error);
	if (code)
		return code;
	const int err = state_pairing_find(config.state_dir, name, &pairing);
	explicit_bzero(pairing.key, sizeof(pairing.key));
	/* A link key may outlive its pairing; then the address names it. */
	if (err && !strchr(name, ':'))
		return error_set(error, ERR_NOT_PAIRED, "%s", name);
	const char *address = err ? name : pairing.address;
	if (!strncmp(address, SIM_PREFIX, sizeof(SIM_PREFIX) - 1)) {
		output_note(out, "This is a virtual pump of this computer; no Bluetooth link leads to it.");
		return ERR_NONE;
	}
	if (app->options.dry_run) {
		output_note(out, "Dry run: the link key was kept.");
		return ERR_NONE;
	}
	code = wireless_open(&wireless, &config, error);
	if (!code)
		code = wireless_forget(wireless, address, error);
	wireless_close(wireless);
	if (!code)
		output_note(out, "The link key of %s is forgotten. Next, with a new passkey: pumpctl --pump %s "
				 "--link-security status",
			    address, name);
	return code;
}
