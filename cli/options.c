/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "decimal.h"

enum option_code {
	OPTION_PUMP, OPTION_STATE_DIR, OPTION_DRUG_FILE, OPTION_JSON, OPTION_PLAIN, OPTION_COLOR, OPTION_NO_INPUT,
	OPTION_TIMEOUT, OPTION_ADAPTER, OPTION_LINK_SECURITY, OPTION_OPERATOR, OPTION_PASSPHRASE_FD, OPTION_SECOND, OPTION_SECOND_ENTRY,
	OPTION_REASON, OPTION_BREAK_GLASS, OPTION_CONFIRM, OPTION_DRY_RUN, OPTION_COMMAND, OPTION_FILE,
	OPTION_CHECK, OPTION_VERSION, OPTION_HELP, OPTION_COUNT
};

static const struct option_row rows[OPTION_COUNT] = {
	[OPTION_PUMP] = {"pump", 0, "PUMP", "the pump: its serial, sim:NAME or a Bluetooth address", false},
	[OPTION_STATE_DIR] = {"state-dir", 0, "DIR", "keys, audit trail and archive are kept here", false},
	[OPTION_DRUG_FILE] = {"drug-file", 0, "FILE", "the clinic's own drug limits; default: drugs.json there", false},
	[OPTION_JSON] = {"json", 0, NULL, "one JSON document for each command", true},
	[OPTION_PLAIN] = {"plain", 0, NULL, "tab-separated text without layout", true},
	[OPTION_COLOR] = {"color", 0, "WHEN", "auto, always or never", false},
	[OPTION_NO_INPUT] = {"no-input", 0, NULL, "never ask; what would be asked must be given", true},
	[OPTION_TIMEOUT] = {"timeout", 0, "TIME", "how long to look for the pump, such as 10s", false},
	[OPTION_ADAPTER] = {"adapter", 0, "NUMBER", "the Bluetooth adapter: 0 for hci0", false},
	[OPTION_LINK_SECURITY] = {"link-security", 0, NULL, "encrypt the Bluetooth link too; asks for the passkey that the pump shows", false},
	[OPTION_OPERATOR] = {"operator", 0, "ID", "who orders; default: the only operator of this workstation", true},
	[OPTION_PASSPHRASE_FD] = {"passphrase-fd", 0, "NUMBER", "descriptor that gives passphrases, one line for each that is asked for", false},
	[OPTION_SECOND] = {"second", 0, "ID", "the second person, where two must sign", true},
	[OPTION_SECOND_ENTRY] = {"second-entry", 0, "TEXT", "what the second person read: the act; drug, concentration, daily dose", true},
	[OPTION_REASON] = {"reason", 0, "TEXT", "why a finding is overridden; two must sign then", true},
	[OPTION_BREAK_GLASS] = {"break-glass", 0, "REASON", "get safe unsigned, while a magnet is held over the pump", true},
	[OPTION_CONFIRM] = {"confirm", 0, "TEXT", "the confirmation text, for scripts; one for each step", true},
	[OPTION_DRY_RUN] = {"dry-run", 'n', NULL, "do everything but send the order", true},
	[OPTION_COMMAND] = {NULL, 'c', "COMMAND", "run this command; may be repeated", false},
	[OPTION_FILE] = {NULL, 'f', "FILE", "run the commands of FILE, or of standard input for -", false},
	[OPTION_CHECK] = {"check", 0, NULL, "only check what -c or -f would run", false},
	[OPTION_VERSION] = {"version", 'V', NULL, "print the version", false},
	[OPTION_HELP] = {"help", 'h', NULL, "print help", false},
};

size_t options_count(void)
{
	return OPTION_COUNT;
}

const struct option_row *options_at(size_t index)
{
	return &rows[index];
}

void options_init(struct app_options *options)
{
	memset(options, 0, sizeof(*options));
	options->timeout_ms = 10000;
	options->passphrase_fd = -1;
}

static enum error_code refuse(struct error *error, size_t column, const char *why, const char *what)
{
	(void)error_set(error, ERR_USAGE, "%s: %s", what, why);
	if (error)
		error->column = column;
	return ERR_USAGE;
}

static enum error_code apply_color(struct app_options *options, const char *value, size_t column,
				   struct error *error)
{
	static const char *const names[] = {"auto", "always", "never"};
	for (size_t i = 0; i < 3; i++)
		if (!strcmp(value, names[i])) {
			options->color = (enum color_mode)i;
			return ERR_NONE;
		}
	return refuse(error, column, "this is auto, always or never", "--color");
}

static enum error_code apply_timeout(struct app_options *options, const char *value, size_t column,
				     struct error *error)
{
	struct duration time;
	struct text_error why = {0};
	if (duration_parse(value, strlen(value), &time, &why) || time.s < 1 || time.s > 600)
		return refuse(error, column, "this is a time from 1s to 10min", "--timeout");
	options->timeout_ms = (int)time.s * 1000;
	return ERR_NONE;
}

static enum error_code apply_descriptor(struct app_options *options, const char *value, size_t column,
					struct error *error)
{
	if (value[0] < '0' || value[0] > '9' || strlen(value) > 3 || strspn(value, "0123456789") != strlen(value))
		return refuse(error, column, "this is the number of an open descriptor", "--passphrase-fd");
	options->passphrase_fd = 0;
	for (; *value; value++)
		options->passphrase_fd = options->passphrase_fd * 10 + (*value - '0');
	return ERR_NONE;
}

/* A reason goes into the order, which holds printable ASCII. */
static enum error_code apply_reason(const char **to, const char *value, size_t column, const char *name,
				    struct error *error)
{
	const size_t len = strlen(value);
	for (size_t i = 0; i < len; i++)
		if (value[i] < 0x20 || value[i] > 0x7e)
			return refuse(error, column, "this is plain text without accents", name);
	if (len < 1 || len > REASON_MAX)
		return refuse(error, column, "this has 1 to 80 characters", name);
	*to = value;
	return ERR_NONE;
}

static enum error_code apply(enum option_code code, const char *value, size_t column,
			     struct app_options *options, struct options_main *out,
			     struct error *error)
{
	switch (code) {
	case OPTION_PUMP: options->pump = value; break;
	case OPTION_STATE_DIR: options->state_dir = value; break;
	case OPTION_DRUG_FILE: options->drug_file = value; break;
	case OPTION_JSON: options->json = true; break;
	case OPTION_PLAIN: options->plain = true; break;
	case OPTION_COLOR: return apply_color(options, value, column, error);
	case OPTION_NO_INPUT: options->no_input = true; break;
	case OPTION_TIMEOUT: return apply_timeout(options, value, column, error);
	case OPTION_ADAPTER:
		if (value[0] < '0' || value[0] > '9' || value[1])
			return refuse(error, column, "this is one digit, 0 for hci0", "--adapter");
		options->adapter = value[0] - '0';
		options->adapter_named = true;
		break;
	case OPTION_LINK_SECURITY: options->link_security = true; break;
	case OPTION_OPERATOR: options->operator_id = value; break;
	case OPTION_PASSPHRASE_FD: return apply_descriptor(options, value, column, error);
	case OPTION_SECOND: options->second = value; break;
	case OPTION_SECOND_ENTRY: options->second_entry = value; break;
	case OPTION_REASON: return apply_reason(&options->reason, value, column, "--reason", error);
	case OPTION_BREAK_GLASS: return apply_reason(&options->break_glass, value, column, "--break-glass", error);
	case OPTION_CONFIRM:
		if (options->confirm_count == LINE_CONFIRM_MAX)
			return refuse(error, column, "given too often", "--confirm");
		options->confirm[options->confirm_count++] = value;
		break;
	case OPTION_DRY_RUN: options->dry_run = true; break;
	case OPTION_CHECK: options->check = true; break;
	case OPTION_VERSION: out->version = true; break;
	case OPTION_HELP: out->help = true; break;
	case OPTION_COMMAND:
		if (out->command_count == sizeof(out->commands) / sizeof(out->commands[0]))
			return refuse(error, column, "given too often; use a file with -f", "-c");
		out->commands[out->command_count++] = value;
		break;
	case OPTION_FILE: out->file = value; break;
	case OPTION_COUNT: break;
	}
	return ERR_NONE;
}

/* "--name" or "--name=value" as getopt_long took it, without its abbreviations. */
static bool is_exact(const char *word, const char *name)
{
	const size_t len = strlen(name);
	return !strncmp(word, "--", 2) && !strncmp(word + 2, name, len) &&
	       (!word[2 + len] || word[2 + len] == '=');
}

enum error_code options_parse(int argc, char *argv[], struct app_options *options,
			      struct options_main *out, struct error *error)
{
	struct option longs[OPTION_COUNT + 1] = {0};
	size_t count = 0;
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (rows[i].name)
			longs[count++] = (struct option){rows[i].name, rows[i].value != NULL, NULL,
							 (int)(256 + i)};
	memset(out, 0, sizeof(*out));
	opterr = 0;
	for (;;) {
		const int before = optind;
		const int found = getopt_long(argc, argv, "+:nc:f:Vh", longs, NULL);
		if (found < 0)
			break;
		const char *word = argv[before];
		if (found == ':')
			return refuse(error, 0, "this option needs a value", word);
		size_t code = 0;
		if (found >= 256)
			code = (size_t)found - 256;
		else
			while (code < OPTION_COUNT && rows[code].letter != found)
				code++;
		if (found == '?' || code == OPTION_COUNT ||
		    (found >= 256 && !is_exact(word, rows[code].name)))
			return refuse(error, 0, "there is no such option; see: pumpctl --help", word);
		enum error_code err = apply((enum option_code)code, optarg, 0, options, out, error);
		if (err)
			return err;
	}
	out->first_word = optind;
	return ERR_NONE;
}

static enum option_code find_word(const struct word *word)
{
	if (word->quoted || word->text[0] != '-')
		return OPTION_COUNT;
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (rows[i].name && is_exact(word->text, rows[i].name))
			return (enum option_code)i;
		if (rows[i].letter && word->text[1] == rows[i].letter && !word->text[2])
			return (enum option_code)i;
	}
	return OPTION_COUNT;
}

enum error_code options_take(struct words *words, struct app_options *options, bool in_line,
			     struct error *error)
{
	size_t kept = 0;
	for (size_t i = 0; i < words->count; i++) {
		const struct word *word = &words->at[i];
		const enum option_code code = find_word(word);
		if (code == OPTION_COUNT) {
			words->at[kept++] = *word;
			continue;
		}
		if ((in_line && !rows[code].in_line) || code >= OPTION_COMMAND)
			return refuse(error, word->column,
				      "this option is given where pumpctl is started; in the shell another pump is chosen with: connect PUMP",
				      word->text);
		const char *value = strchr(word->text, '=');
		if (!rows[code].value && value)
			return refuse(error, word->column, "this option takes no value", word->text);
		if (rows[code].value && !value && i + 1 == words->count)
			return refuse(error, word->column, "this option needs a value", word->text);
		if (value)
			value++;
		else if (rows[code].value)
			value = words->at[++i].text;
		enum error_code err = apply(code, value, words->at[i].column, options, NULL, error);
		if (err)
			return err;
	}
	words->count = kept;
	return ERR_NONE;
}
