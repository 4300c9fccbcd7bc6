/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim - the commands on virtual pumps, and what they share. */
#ifndef PUMPCTL_COMMANDS_SIM_H
#define PUMPCTL_COMMANDS_SIM_H

#include "command.h"
#include "simulator.h"

/* The operator of every virtual pump made here. For training: the passphrase is no secret. */
#define SIM_TRAINER            "trainer"
#define SIM_TRAINER_PASSPHRASE "training"

#define SIM_NAME_DEFAULT "demo"

/* Arguments of "sim start", in the order of its row. */
enum sim_start_argument {
	START_NAME,
	START_MODEL,
	START_SERIAL,
	START_DRUG,
	START_CONCENTRATION,
	START_DOSE,
	START_RESERVOIR,
	START_LOW_ALARM,
	START_DAYS,
	START_LOG_SLOTS,
	START_UNPAIRED,
	START_SPEED,
	START_HCI,
	START_ARGUMENTS,
};

/* Handlers; sim_start.c makes, pairs and starts, sim_control.c tells a running pump something. */
enum error_code sim_start(struct app *app, const struct values *args, struct output *out,
			  struct error *error);
enum error_code sim_advance(struct app *app, const struct values *args, struct output *out,
			    struct error *error);
enum error_code sim_speed(struct app *app, const struct values *args, struct output *out,
			  struct error *error);
enum error_code sim_fill(struct app *app, const struct values *args, struct output *out,
			 struct error *error);
enum error_code sim_fault(struct app *app, const struct values *args, struct output *out,
			  struct error *error);
enum error_code sim_air(struct app *app, const struct values *args, struct output *out,
			struct error *error);
enum error_code sim_press(struct app *app, const struct values *args, struct output *out,
			  struct error *error);
enum error_code sim_magnet(struct app *app, const struct values *args, struct output *out,
			  struct error *error);
enum error_code sim_reset(struct app *app, const struct values *args, struct output *out,
			  struct error *error);

/* Choices of "sim fault", in the order of enum sim_fault_name, and of the place of a drop. */
extern const char *const sim_fault_names[];
extern const char *const sim_fault_places[];

/* One virtual pump of this workstation. */
struct sim_place {
	char name[SIMULATOR_NAME_MAX + 1];
	char directory[SIMULATOR_PATH_MAX];
	struct simulator_about about; /* serial "" when there is no pump yet */
};

/* Finds the pump typed as NAME or sim:NAME. Errors: USAGE, FAILED; none when there is no pump. */
enum error_code sim_place_find(struct app *app, const char *typed, struct sim_place *place,
			       struct error *error) __attribute__((warn_unused_result));

/* The same for the pump of a row's first argument, which must exist: else SIM_NOT_RUNNING. */
enum error_code sim_place_typed(struct app *app, const struct values *args, struct sim_place *place,
				struct error *error) __attribute__((warn_unused_result));
/* Why asking the pump called name failed (err of simulator_ask or simulator_look). 0: ERR_NONE. */
enum error_code sim_explain(struct error *error, const char *name, int err, const char *answer);
/* Its name and serial, and that it is virtual. */
void sim_show_name(struct output *out, const struct sim_place *place);

#endif
