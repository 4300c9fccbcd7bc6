/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pumpsim - a virtual pump as a program. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "background.h"
#include "birth.h"
#include "control.h"
#include "door.h"
#include "link_local.h"
#include "peripheral_radio.h"

#define LOG_NAME "log"

struct simulator {
	const struct sim_options *options;
	struct loop *loop;
	struct nvm nvm;
	struct faults faults;
	struct pump_air air;
	struct peripheral *peripheral;
	struct control *control;
	struct door *door;
	struct radio *radio; /* NULL: local only */
	char socket_path[160], transport[48];
	int signals;
	bool stopping;
	int error;
};

static int complain(const char *what, int error)
{
	fprintf(stderr, "pumpsim: %s: %s\n", what, strerror(-error));
	return error;
}

static void on_stop(void *ctx)
{
	((struct simulator *)ctx)->stopping = true;
}

static void on_signal(void *ctx, int fd, short revents)
{
	struct signalfd_siginfo info;
	(void)revents;
	if (read(fd, &info, sizeof(info)) == sizeof(info))
		on_stop(ctx);
}

static void on_failed(void *ctx, int error)
{
	struct simulator *sim = ctx;
	sim->error = complain("the memory of the pump cannot be written, as if it lost its power",
			      error);
}

static void on_advanced(void *ctx)
{
	control_advanced(((struct simulator *)ctx)->control);
}

static void on_advert_changed(void *ctx)
{
	struct simulator *sim = ctx;
	int err = sim->radio ? radio_update(sim->radio) : 0;
	if (err)
		(void)complain("the advertisement stays as it was", err);
}

/* With a controller the pump is found there; the local socket is for control alone. */
static size_t local_advert(void *ctx, uint8_t *adv)
{
	struct simulator *sim = ctx;
	return sim->radio ? 0 : peripheral_advert(sim->peripheral, adv);
}

static void on_link(void *ctx, struct link *link)
{
	struct simulator *sim = ctx;
	struct link *faulty = faulty_link_create(link, sim->loop, &sim->faults);
	struct link *shaped = pump_air_wrap(&sim->air, faulty, sim->loop);
	int err = shaped ? peripheral_connect(sim->peripheral, shaped) : -ENOMEM;
	if (err)
		(void)complain("a programmer could not be served", err);
}

static void on_control(void *ctx, int fd)
{
	control_add(((struct simulator *)ctx)->control, fd);
}

static const struct door_handlers door_handlers = {
	.advert = local_advert, .on_link = on_link, .on_control = on_control};

static int watch_signals(struct simulator *sim)
{
	sigset_t set;
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return -errno;
	sim->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (sim->signals < 0)
		return -errno;
	return loop_add_fd(sim->loop, sim->signals, POLLIN, on_signal, sim);
}

static int open_pump(struct simulator *sim)
{
	const struct sim_options *options = sim->options;
	int err = nvm_open(&sim->nvm, options->state, options->name);
	if (err == -EBUSY)
		return complain("this pump runs already", err);
	if (err == -ENXIO)
		return complain("the pump in that directory has another name", err);
	if (err)
		return complain("there is no pump that can be read in that directory", err);
	const struct peripheral_config config = {
		.loop = sim->loop, .nvm = &sim->nvm, .speed = (uint32_t)options->speed,
		.mtu = (uint16_t)options->mtu, .on_advert_changed = on_advert_changed,
		.on_advanced = on_advanced, .on_failed = on_failed, .ctx = sim};
	err = peripheral_create(&sim->peripheral, &config);
	if (err) {
		nvm_close(&sim->nvm, false);
		return complain("the pump does not start", err);
	}
	return 0;
}

static int open_radio(struct simulator *sim)
{
	char address[RADIO_ADDRESS_TEXT];
	int index = sim->options->hci;
	(void)snprintf(sim->transport, sizeof(sim->transport), "local");
	if (index < 0)
		return 0;
	int err = radio_open(&sim->radio, sim->loop, index, sim->peripheral, &sim->faults,
			     sim->options->state);
	if (err)
		return complain("the Bluetooth adapter cannot be used", err);
	radio_address(sim->radio, address);
	(void)snprintf(sim->transport, sizeof(sim->transport), "hci%d %s", index, address);
	return 0;
}

static int open_door(struct simulator *sim)
{
	char directory[108];
	const struct control_config config = {
		.loop = sim->loop, .peripheral = sim->peripheral, .faults = &sim->faults,
		.air = &sim->air, .about = &sim->nvm.about, .transport = sim->transport, .on_stop = on_stop,
		.ctx = sim};
	int err = link_local_directory(directory, sizeof(directory));
	if (err)
		return complain("the directory of the local sockets cannot be used", err);
	sim->control = control_create(&config);
	if (!sim->control)
		return complain("control", -ENOMEM);
	(void)snprintf(sim->socket_path, sizeof(sim->socket_path), "%s/%s.sock", directory,
		       sim->options->name);
	err = door_open(&sim->door, sim->loop, sim->socket_path, sim->options->name,
			&door_handlers, sim);
	return err ? complain(sim->socket_path, err) : 0;
}

static int announce(const struct simulator *sim, int ready)
{
	const char *address = strchr(sim->transport, ' ');
	printf("ready %s %s%s\n", sim->nvm.about.name, sim->nvm.about.serial,
	       address ? address : "");
	if (fflush(stdout) != 0)
		return -errno;
	return ready < 0 ? 0 : background_ready(ready, sim->options->state, LOG_NAME);
}

static int serve(struct simulator *sim, int ready)
{
	int err = open_radio(sim);
	if (!err)
		err = open_door(sim);
	if (!err) {
		err = announce(sim, ready);
		if (err)
			(void)complain("it cannot go to the background", err);
	}
	while (!err && !sim->stopping && !sim->error) {
		err = loop_turn(sim->loop, -1);
		if (err == -EINTR)
			err = 0;
	}
	return err ? err : sim->error;
}

/* The socket file goes before the pump, the pump before the control connections: who sees the
 * end of one of those finds nothing running. */
static int run(const struct sim_options *options, struct loop *loop, int ready)
{
	struct simulator sim = {.options = options, .loop = loop, .signals = -1};
	const char *wrong = NULL;
	pump_air_init(&sim.air);
	if (options->air)
		wrong = pump_air_set(&sim.air, options->air);
	int err = wrong ? complain(wrong, -EINVAL) : watch_signals(&sim);
	if (!err)
		err = open_pump(&sim);
	if (err)
		return err;
	err = serve(&sim, ready);
	door_close(sim.door);
	radio_close(sim.radio);
	if (!err) {
		err = peripheral_shut_down(sim.peripheral);
		if (err)
			(void)complain("the pump could not store its last state", err);
	}
	peripheral_destroy(sim.peripheral);
	shaper_air_close(&sim.air.shaper);
	nvm_close(&sim.nvm, !err);
	control_destroy(sim.control);
	(void)close(sim.signals);
	return err;
}

static int start(const struct sim_options *options)
{
	int ready = -1;
	int err = options->create || options->foreground ? 0 : background_begin(&ready);
	if (err) {
		(void)complain("it cannot go to the background", err);
		return EXIT_FAILURE;
	}
	struct loop *loop = loop_create();
	if (!loop)
		return EXIT_FAILURE;
	int code = options->create ? birth_create(loop, options)
				   : (run(options, loop, ready) ? EXIT_FAILURE : EXIT_SUCCESS);
	loop_destroy(loop);
	return code;
}

int main(int argc, char *argv[])
{
	struct sim_options options;
	(void)umask(0077);
	/* The memory of the pump holds the pairing key; why one byte, says the main.c of pumpctl. */
	(void)setrlimit(RLIMIT_CORE, &(struct rlimit){1, 1});
	/* A file that may not grow is a memory that fails, and no end of the process. */
	(void)signal(SIGXFSZ, SIG_IGN);
	if (sodium_init() < 0)
		return EXIT_FAILURE;
	switch (sim_options_read(argc, argv, &options)) {
	case SIM_OPTIONS_HELP:
		return fputs(sim_options_help(), stdout) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
	case SIM_OPTIONS_VERSION:
		return puts("pumpsim " PUMPCTL_VERSION) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
	case SIM_OPTIONS_RUN:
		return start(&options);
	case SIM_OPTIONS_BAD:
	default:
		return 2;
	}
}
