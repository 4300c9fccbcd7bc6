/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim_options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "link.h"
#include "nvm.h"
#include "sim_clock.h"
#include "sim_number.h"

#define DAYS_MAX      50000
#define LOG_SLOTS_MIN 64
#define LOG_SLOTS_MAX 4000000
#define MTU_MIN       23
#define MTU_DEFAULT   247 /* docs/protocol.md section 1 */

static const char help[] =
	"Usage: pumpsim --name NAME --state DIR [--speed N] [--hci N] [--mtu N] [--air TEXT]\n"
	"               [--foreground]\n"
	"       pumpsim --create --name NAME --state DIR --serial SERIAL --model MODEL\n"
	"               --workstation HEX --key-fd N --reservoir VOLUME\n"
	"               [--drug DRUG --concentration C --dose DOSE --low-alarm VOLUME]\n"
	"               [--operator ID --operator-key HEX] [--days N] [--log-slots N]\n"
	"\n"
	"A virtual pump that speaks the Intrathecal Infusion Service. It treats nobody.\n"
	"pumpctl sim start does both of these for you.\n"
	"\n"
	"Running: it listens on a local socket, prints \"ready NAME SERIAL [ADDRESS]\" and goes on\n"
	"in the background; with --foreground it stays.\n"
	"  --name NAME       as given when it was created\n"
	"  --state DIR       its directory\n"
	"  --speed N         therapy seconds in one second, 1 to 1000000 (1)\n"
	"  --hci N           also advertise and serve on the Bluetooth adapter hciN\n"
	"  --mtu N           largest ATT packet, 23 to 517 (247)\n"
	"  --air TEXT        the local link takes time as a radio does: any of interval US,\n"
	"                    packets N, phy 1M or 2M, loss PPM, seed N, latency N,\n"
	"                    supervision MS, data-length N, range in or out\n"
	"\n"
	"Creating: it writes a new pump into DIR, lets it run for --days and ends.\n"
	"  --serial, --model PX20 or PX40\n"
	"  --workstation     id of the paired workstation, 16 hexadecimal digits\n"
	"  --operator, --operator-key\n"
	"                    first supervisor and Ed25519 public key, 64 hexadecimal digits\n"
	"  --key-fd N        descriptor that gives the 32 bytes of the pairing key, then if wanted the 32 of the\n"
	"                    advert key and 5 random ones for the card code\n"
	"  --unpaired        no workstation is paired: the card code is the only way in\n"
	"  --reservoir       contents, such as \"20 mL\"\n"
	"  --drug, --concentration, --dose, --low-alarm\n"
	"                    the running program: morphine, \"10 mg/mL\", \"1.25 mg/day\", \"2 mL\";\n"
	"                    without --drug the pump has no program\n"
	"  --days N          history, 0 to 50000 (0); the contents are those at its beginning\n"
	"  --log-slots N     records that the pump keeps, 64 to 4000000 (4096)\n";

enum option_kind { KIND_FLAG, KIND_TEXT, KIND_NUMBER, KIND_INDEX };

struct row {
	const char *name;
	enum option_kind kind;
	size_t offset; /* of the member in struct sim_options */
	uint64_t least, greatest;
};

#define MEMBER(member) offsetof(struct sim_options, member)

static const struct row rows[] = {
	{"create", KIND_FLAG, MEMBER(create), 0, 0},
	{"foreground", KIND_FLAG, MEMBER(foreground), 0, 0},
	{"name", KIND_TEXT, MEMBER(name), 0, 0},
	{"state", KIND_TEXT, MEMBER(state), 0, 0},
	{"speed", KIND_NUMBER, MEMBER(speed), 1, SIM_CLOCK_SPEED_MAX},
	{"mtu", KIND_NUMBER, MEMBER(mtu), MTU_MIN, LINK_PDU_MAX},
	{"air", KIND_TEXT, MEMBER(air), 0, 0},
	{"hci", KIND_INDEX, MEMBER(hci), 0, UINT16_MAX},
	{"serial", KIND_TEXT, MEMBER(serial), 0, 0},
	{"model", KIND_TEXT, MEMBER(model), 0, 0},
	{"drug", KIND_TEXT, MEMBER(drug), 0, 0},
	{"concentration", KIND_TEXT, MEMBER(concentration), 0, 0},
	{"dose", KIND_TEXT, MEMBER(dose), 0, 0},
	{"reservoir", KIND_TEXT, MEMBER(reservoir), 0, 0},
	{"low-alarm", KIND_TEXT, MEMBER(low_alarm), 0, 0},
	{"workstation", KIND_TEXT, MEMBER(workstation), 0, 0},
	{"operator", KIND_TEXT, MEMBER(operator_id), 0, 0},
	{"operator-key", KIND_TEXT, MEMBER(operator_key), 0, 0},
	{"unpaired", KIND_FLAG, MEMBER(unpaired), 0, 0},
	{"key-fd", KIND_INDEX, MEMBER(key_fd), 0, UINT16_MAX},
	{"days", KIND_NUMBER, MEMBER(days), 0, DAYS_MAX},
	{"log-slots", KIND_NUMBER, MEMBER(log_slots), LOG_SLOTS_MIN, LOG_SLOTS_MAX},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

enum { OPTION_HELP = ROWS, OPTION_VERSION, OPTIONS };

static void fill_table(struct option *options)
{
	for (size_t i = 0; i < ROWS; i++)
		options[i] = (struct option){
			rows[i].name, rows[i].kind == KIND_FLAG ? no_argument : required_argument,
			NULL, 0};
	options[OPTION_HELP] = (struct option){"help", no_argument, NULL, 0};
	options[OPTION_VERSION] = (struct option){"version", no_argument, NULL, 0};
}

static bool take(const struct row *row, const char *text, struct sim_options *out)
{
	char *member = (char *)out + row->offset;
	uint64_t number = 0;
	if (row->kind == KIND_NUMBER || row->kind == KIND_INDEX) {
		if (!sim_number_parse(text, row->greatest, &number) || number < row->least) {
			fprintf(stderr, "pumpsim: --%s is a whole number from %llu to %llu\n",
				row->name, (unsigned long long)row->least,
				(unsigned long long)row->greatest);
			return false;
		}
	}
	int index = (int)number;
	bool yes = true;
	switch (row->kind) {
	case KIND_FLAG:
		memcpy(member, &yes, sizeof(yes));
		break;
	case KIND_TEXT:
		memcpy(member, &text, sizeof(text));
		break;
	case KIND_NUMBER:
		memcpy(member, &number, sizeof(number));
		break;
	case KIND_INDEX:
		memcpy(member, &index, sizeof(index));
		break;
	}
	return true;
}

/* Names become file names: letters, digits, '-' and '_' only. */
static bool is_plain(const char *text, size_t max)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t len = strlen(text);
	return len > 0 && len <= max && strspn(text, allowed) == len;
}

static const char *what_is_missing(const struct sim_options *options)
{
	if (!options->name || !is_plain(options->name, NVM_NAME_MAX))
		return "--name takes 1 to 32 letters, digits, '-' or '_'";
	if (!options->state)
		return "--state is needed";
	if (!options->create)
		return NULL;
	if (!options->serial || !is_plain(options->serial, SERIAL_MAX))
		return "--serial takes 1 to 23 letters, digits, '-' or '_'";
	if (!options->model || !options->workstation || options->key_fd < 0 || !options->reservoir)
		return "--create needs --model, --workstation, --key-fd and --reservoir";
	if (!options->operator_id != !options->operator_key)
		return "--operator and --operator-key go together";
	if (options->drug && !(options->concentration && options->dose && options->low_alarm))
		return "--drug needs --concentration, --dose and --low-alarm";
	return NULL;
}

enum sim_options_result sim_options_read(int count, char *arguments[], struct sim_options *out)
{
	struct option options[OPTIONS + 1] = {0};
	int index = 0, found;
	fill_table(options);
	*out = (struct sim_options){
		.speed = 1, .mtu = MTU_DEFAULT, .hci = -1, .key_fd = -1, .log_slots = 4096};
	while ((found = getopt_long(count, arguments, "", options, &index)) == 0) {
		if (index == OPTION_HELP)
			return SIM_OPTIONS_HELP;
		if (index == OPTION_VERSION)
			return SIM_OPTIONS_VERSION;
		if (!take(&rows[index], optarg, out))
			return SIM_OPTIONS_BAD;
	}
	if (found != -1)
		return SIM_OPTIONS_BAD; /* getopt_long said why */
	const char *missing = optind < count ? "it takes no words but its options"
					     : what_is_missing(out);
	if (!missing)
		return SIM_OPTIONS_RUN;
	fprintf(stderr, "pumpsim: %s; see pumpsim --help\n", missing);
	return SIM_OPTIONS_BAD;
}

const char *sim_options_help(void)
{
	return help;
}
