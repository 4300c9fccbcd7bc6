/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * check_programs: how many programs of the greatest size (7 patterns of 13 steps, 6 drugs, patient
 * bolus, bridge) are checked a second against pump model, drug table, what runs, catheter and a filling,
 * with the dose at the tip hour by hour for 30 days ahead. Prints the number.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "path_ahead.h"
#include "schedule.h"
#include "therapy_limits.h"

#define SECONDS     2
#define HOURS_AHEAD (30 * 24)
#define MG          1000000

static void name_part(struct mixture *mixture, const char *name, int64_t concentration)
{
	struct mixture_part *part = &mixture->parts[mixture->count++];
	memcpy(part->name, name, strlen(name) + 1);
	part->concentration.ng_per_ml = concentration;
}

static void make(struct program *program, int64_t concentration)
{
	memset(program, 0, sizeof(*program));
	name_part(&program->mixture, "morphine", concentration);
	name_part(&program->mixture, "bupivacaine", 20 * MG);
	name_part(&program->mixture, "clonidine", 200000);
	name_part(&program->mixture, "hydromorphone", 5 * MG);
	name_part(&program->mixture, "fentanyl", 100000);
	name_part(&program->mixture, "ziconotide", 25000);
	program->mode = PROGRAM_FLEX;
	program->low_alarm.nl = 4000000;
	program->flex.count = FLEX_PATTERNS_MAX;
	for (size_t day = 0; day < FLEX_PATTERNS_MAX; day++) {
		struct program_pattern *pattern = &program->flex.patterns[day];
		program->flex.of_day[day] = day;
		pattern->count = FLEX_STEPS_MAX;
		for (size_t i = 0; i < FLEX_STEPS_MAX; i++) {
			pattern->steps[i].minute = (int64_t)i * 97;
			pattern->steps[i].dose.ng_per_day = MG + (int64_t)(i * 10000 + day);
		}
	}
	program->patient = (struct program_patient_bolus){
		.present = true, .dose = {200000}, .duration = {600}, .lockout = {4 * 3600}, .most = 4};
}

/* A sum over what was found, so that nothing can be left out. */
static size_t check(const struct limits_request *request, const struct path *now)
{
	static struct finding findings[FINDINGS_MAX];
	static struct path_amount hours[HOURS_AHEAD];
	static struct schedule schedule;
	struct path path = *now;
	const struct program *program = request->program;
	size_t sum = limits_check(request, findings);
	if (schedule_make(program, request->model, &schedule) != PUMP_OK)
		abort();
	const struct path_step steps[] = {
		{program->bridge.rate, {SECONDS_PER_DAY}},
		{schedule_mean_rate(&schedule, ROUND_DOWN), {SECONDS_PER_DAY}},
	};
	if (path_forecast(&path, steps, 2, hours, HOURS_AHEAD) != PUMP_OK)
		abort();
	sum += (size_t)schedule_volume(&schedule, 0, 30, true, ROUND_UP).nl;
	return sum + (size_t)hours[HOURS_AHEAD - 1].volume.nl;
}

/* Of this processor, so that other programs do not count. */
static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(void)
{
	static struct program program, running;
	static struct path path;
	struct path_contents new = {.holds = PATH_DECLARED}, old = {.holds = PATH_DECLARED};
	size_t sum = 0, count = 0;
	make(&running, 10 * MG);
	make(&program, 20 * MG);
	program.bridge = (struct program_bridge){
		.kind = BRIDGE_RUNS, .volume = {433000}, .rate = {105000}};
	new.mixture = program.mixture;
	old.mixture = running.mixture;
	const struct path_setup setup = {.reservoir = {20000000}, .tubing = {199000}, .catheter = {234000},
					 .reservoir_holds = &new, .tubing_holds = &old,
					 .catheter_holds = &old};
	const struct limits_request request = {.program = &program, .running = &running,
					       .model = pump_limits_find("PX20"),
					       .has_catheter = true, .catheter = {234000},
					       .has_fill = true, .fill = {20000000},
					       .has_expiry = true, .expiry_days = 90};
	if (path_init(&path, &setup) != PUMP_OK || !program_is_valid(&program))
		return EXIT_FAILURE;
	const double start = seconds();
	while (seconds() - start < SECONDS) {
		sum += check(&request, &path);
		count++;
	}
	(void)printf("%zu\n", (size_t)((double)count / (seconds() - start)));
	return sum ? EXIT_SUCCESS : EXIT_FAILURE;
}
