/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "doctor.h"

#include <string.h>
#include <sys/utsname.h>

#include "app.h"
#include "audit.h"
#include "finder.h"
#include "output.h"
#include "wireless.h"

static void add_check(struct cJSON *list, const char *what, const char *result)
{
	struct cJSON *row = output_object(list, NULL);
	output_string(row, "check", what);
	output_string(row, "result", result);
}

static bool check_audit(struct app *app, struct cJSON *list)
{
	struct audit *audit = NULL;
	struct error why = {0};
	if (app_audit(app, &audit, &why)) {
		add_check(list, "audit trail", why.detail);
		return false;
	}
	const enum audit_state state = audit_state(audit);
	add_check(list, "audit trail",
		  state == AUDIT_SOUND     ? "sound"
		  : state == AUDIT_DAMAGED ? audit_damage_text(audit)
					   : "full: no room for another record");
	return state == AUDIT_SOUND;
}

static void check_kernel(struct output *out, struct cJSON *list)
{
	struct utsname kernel;
	if (uname(&kernel))
		return;
	add_check(list, "kernel", kernel.release);
	if (wireless_kernel_crashes(kernel.release, kernel.version))
		output_warn(out, "KERNEL",
			    "On kernels 6.1.187 to 6.1.192 a lost Bluetooth link can crash this computer. "
			    "Install linux-image-6.12-amd64 before using a Bluetooth pump.");
}

static bool check_local(struct cJSON *list)
{
	struct found_pump found[1];
	size_t count = 0;
	const int err = finder_scan(500, found, 1, &count);
	add_check(list, "directory of local pumps", err ? strerror(-err) : "usable");
	return !err;
}

/* Who uses local pumps only needs no adapter: its lacks are warnings, unless one was named. */
static bool check_bluetooth(const struct app *app, struct output *out, struct cJSON *list)
{
	struct wireless_check checks[WIRELESS_CHECKS];
	const size_t count = wireless_look(app->options.adapter, checks);
	bool well = true;
	for (size_t i = 0; i < count; i++) {
		add_check(list, checks[i].what, checks[i].result);
		if (checks[i].well)
			continue;
		well = false;
		output_warn(out, "BLUETOOTH", "%s: %s.", checks[i].what, checks[i].result);
	}
	return well || !app->options.adapter_named;
}

enum error_code doctor_run(struct app *app, const struct values *args, struct output *out,
			   struct error *error)
{
	(void)args;
	struct cJSON *list = output_array(output_data(out), "checks");
	struct error why = {0};
	const char *dir = NULL;
	bool well = !app_state_dir(app, &dir, &why);
	add_check(list, "state directory", well ? dir : why.detail);
	well = check_audit(app, list) && well;
	well = check_local(list) && well;
	check_kernel(out, list);
	well = check_bluetooth(app, out, list) && well;
	if (!well)
		return error_set(error, ERR_FAILED, "a check found something to mend");
	output_note(out, "All checks are well.");
	return ERR_NONE;
}
