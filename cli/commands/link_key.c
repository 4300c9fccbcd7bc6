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
	if (err)
		return error_set(error, ERR_NOT_PAIRED, "%s", name);
	if (!strncmp(pairing.address, SIM_PREFIX, sizeof(SIM_PREFIX) - 1)) {
		output_note(out, "%s is a virtual pump of this computer; no Bluetooth link leads to it.",
			    pairing.serial);
		return ERR_NONE;
	}
	if (app->options.dry_run) {
		output_note(out, "Dry run: the link key of %s was kept.", pairing.serial);
		return ERR_NONE;
	}
	code = wireless_open(&wireless, &config, error);
	if (!code)
		code = wireless_forget(wireless, pairing.address, error);
	wireless_close(wireless);
	if (!code)
		output_note(out, "The link key of %s is forgotten. Next, with a new passkey: pumpctl --pump %s "
				 "--link-security status",
			    pairing.serial, pairing.serial);
	return code;
}
