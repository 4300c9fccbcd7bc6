/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "birth.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "image.h"
#include "nvm.h"
#include "peripheral.h"
#include "sim_number.h"

enum exit_code { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

static bool complain(const char *option, const char *text, const struct text_error *error)
{
	fprintf(stderr, "pumpsim: --%s: %s in \"%s\"%s%s\n", option, error->reason, text,
		error->suggestion[0] ? "; right is: " : "", error->suggestion);
	return false;
}

static bool read_program(const struct sim_options *options, struct program *program)
{
	struct text_error error = {0};
	struct mixture_part *part = &program->mixture.parts[0];
	if (strlen(options->drug) > DRUG_NAME_MAX) {
		fputs("pumpsim: --drug: the name is too long\n", stderr);
		return false;
	}
	program->mode = PROGRAM_SIMPLE;
	program->mixture.count = 1;
	memcpy(part->name, options->drug, strlen(options->drug) + 1);
	if (concentration_parse(options->concentration, strlen(options->concentration),
				&part->concentration, &error) != PUMP_OK)
		return complain("concentration", options->concentration, &error);
	if (dose_rate_parse(options->dose, strlen(options->dose), &program->dose, &error) !=
	    PUMP_OK)
		return complain("dose", options->dose, &error);
	if (volume_parse(options->low_alarm, strlen(options->low_alarm), &program->low_alarm,
			 &error) != PUMP_OK)
		return complain("low-alarm", options->low_alarm, &error);
	return true;
}

static bool read_image(const struct sim_options *options, struct pump_birth *birth)
{
	struct program program = {0};
	if (!options->drug)
		return true;
	if (!read_program(options, &program))
		return false;
	if (image_encode(&program, birth->image, sizeof(birth->image), &birth->image_len) ==
	    PUMP_OK)
		return true;
	fputs("pumpsim: the program has no place in a pump's memory: check the drug's name and "
	      "the size of the values\n",
	      stderr);
	return false;
}

/* Length read, up to size. */
static size_t read_some(int fd, uint8_t *bytes, size_t size)
{
	size_t at = 0;
	while (at < size) {
		ssize_t n = read(fd, bytes + at, size - at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		at += (size_t)n;
	}
	return at;
}

/* Whoever gives only a pairing key leaves advertisement and card to chance. */
static bool read_keys(int fd, struct pump_birth *birth)
{
	uint8_t card[CARD_CODE_BYTES];
	if (read_some(fd, birth->pairing_key, PAIRING_KEY_LEN) < PAIRING_KEY_LEN) {
		fputs("pumpsim: --key-fd gave fewer than 32 bytes\n", stderr);
		return false;
	}
	if (read_some(fd, birth->advert_key, ADVERT_KEY_LEN) < ADVERT_KEY_LEN)
		randombytes_buf(birth->advert_key, ADVERT_KEY_LEN);
	if (read_some(fd, card, sizeof(card)) < sizeof(card))
		randombytes_buf(card, sizeof(card));
	card_code_make(card, birth->card_code);
	sodium_memzero(card, sizeof(card));
	return true;
}

static bool read_birth(const struct sim_options *options, struct pump_birth *birth)
{
	struct text_error error = {0};
	struct volume reservoir;
	/* Names fit: sim_options_read checked the serial, this the model. */
	if (strlen(options->model) > MODEL_MAX ||
	    !sim_hex_parse(options->workstation, birth->workstation, WORKSTATION_LEN)) {
		fputs("pumpsim: --model or --workstation is not what --help says\n", stderr);
		return false;
	}
	memcpy(birth->serial, options->serial, strlen(options->serial) + 1);
	memcpy(birth->model, options->model, strlen(options->model) + 1);
	if (volume_parse(options->reservoir, strlen(options->reservoir), &reservoir, &error) !=
	    PUMP_OK)
		return complain("reservoir", options->reservoir, &error);
	birth->reservoir_nl = (uint64_t)reservoir.nl;
	if (options->operator_id &&
	    (strlen(options->operator_id) > OPERATOR_ID_MAX ||
	     !sim_hex_parse(options->operator_key, birth->operator_key, OPERATOR_KEY_LEN))) {
		fputs("pumpsim: --operator or --operator-key is not what --help says\n", stderr);
		return false;
	}
	if (options->operator_id)
		memcpy(birth->operator_id, options->operator_id, strlen(options->operator_id) + 1);
	/* Today is the last day of the history. */
	birth->utc_s = (int64_t)time(NULL) - (int64_t)options->days * SECONDS_PER_DAY;
	birth->paired = !options->unpaired;
	return read_image(options, birth) && read_keys(options->key_fd, birth);
}

struct history {
	bool done;
	int error;
};

static void on_advanced(void *ctx)
{
	((struct history *)ctx)->done = true;
}

static void on_failed(void *ctx, int error)
{
	((struct history *)ctx)->error = error;
}

static int live(struct loop *loop, struct nvm *nvm, uint64_t days)
{
	struct history history = {.done = days == 0};
	struct peripheral *p;
	const struct peripheral_config config = {.loop = loop, .nvm = nvm, .speed = 1, .mtu = 23,
						 .on_advanced = on_advanced,
						 .on_failed = on_failed, .ctx = &history};
	int err = peripheral_create(&p, &config);
	if (err)
		return err;
	if (days > 0)
		peripheral_advance(p, days * (uint64_t)SECONDS_PER_DAY);
	while (!history.done && !history.error && !err) {
		err = loop_turn(loop, -1);
		if (err == -EINTR)
			err = 0;
	}
	if (!err)
		err = history.error ? history.error : peripheral_shut_down(p);
	peripheral_destroy(p);
	return err;
}

static int make(struct loop *loop, const struct sim_options *options,
		const struct pump_birth *birth)
{
	size_t size = PUMP_NVM_BASE + (size_t)options->log_slots * PUMP_LOG_SLOT;
	struct nvm nvm;
	int err = nvm_create(options->state, birth, size, options->name);
	if (err)
		return err;
	err = nvm_open(&nvm, options->state, options->name);
	if (!err) {
		err = live(loop, &nvm, options->days);
		nvm_close(&nvm, !err);
	}
	if (err)
		nvm_discard(options->state);
	return err;
}

int birth_create(struct loop *loop, const struct sim_options *options)
{
	struct pump_birth birth = {0};
	int code = EXIT_USAGE;
	if (read_birth(options, &birth)) {
		int err = make(loop, options, &birth);
		code = err ? EXIT_FAILED : EXIT_DONE;
		if (err == -EINVAL)
			fputs("pumpsim: such a pump cannot be: models are PX20 and PX40, and contents, "
			      "rate and alarm must fit the model\n",
			      stderr);
		else if (err == -EEXIST)
			fputs("pumpsim: there is a pump in that directory already\n", stderr);
		else if (err)
			fprintf(stderr, "pumpsim: the pump could not be made: %s\n",
				strerror(-err));
	}
	sodium_memzero(&birth, sizeof(birth));
	return code;
}
