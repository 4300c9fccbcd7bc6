/* SPDX-License-Identifier: GPL-3.0-or-later */
/* link: what is known of the radio link to the pump, and how fast it is. */
#include <inttypes.h>

#include "app.h"
#include "groups.h"
#include "link_view.h"
#include "output.h"
#include "session_air.h"

#define MS_PER_S 1000

static void show_transport(struct cJSON *data, const struct session_link *link)
{
	if (link->transport == SESSION_LOCAL)
		output_string(data, "transport", "virtual pump of this computer");
	else
		output_format(data, "transport", "Bluetooth, adapter hci%d", link->adapter);
	output_integer(data, "mtu", link->mtu);
}

/* The kernel keeps the parameters of a Bluetooth link to itself. */
static void show_unknown(struct cJSON *data, const struct session_link *link)
{
	static const char *const members[] = {"connection_interval", "latency_events", "supervision_timeout"};
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		output_unknown(data, members[i]);
	if (link->phy_known)
		output_format(data, "phy", "%dM", (int)link->view.air.phy);
	else
		output_unknown(data, "phy");
}

static void show_goodput(struct output *out, const struct session_link *link,
			 const struct session_goodput *goodput)
{
	struct cJSON *data = output_data(out);
	const uint64_t rate = goodput->ms ? goodput->octets * 8 * MS_PER_S / goodput->ms : 0;
	if (link->bound)
		air_view_show_rate(data, "greatest_goodput", link->bound);
	else
		output_unknown(data, "greatest_goodput");
	if (!rate) {
		output_unknown(data, "goodput");
		output_note(out, "The goodput was not measured: the pump holds too few records.");
		return;
	}
	air_view_show_rate(data, "goodput", rate);
	if (link->bound)
		output_percent(data, "goodput_of_greatest", (int64_t)(rate * 100 / link->bound));
}

enum error_code link_view_run(struct app *app, const struct values *args, struct output *out,
			      struct error *error)
{
	struct session_link link;
	struct session_goodput goodput;
	(void)args;
	const enum error_code code = session_measure(app->session, &link, &goodput, error);
	if (code)
		return code;
	show_transport(output_data(out), &link);
	if (link.transport == SESSION_RADIO)
		show_unknown(output_data(out), &link);
	else if (link.takes_time)
		air_view_show(output_data(out), &link.view);
	else
		output_note(out, "The link of this virtual pump takes no time; sim air lets it take time.");
	show_goodput(out, &link, &goodput);
	return ERR_NONE;
}
