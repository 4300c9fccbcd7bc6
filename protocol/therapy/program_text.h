/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * program_text - the one text form of a program and of its parts; parse(print(x)) = x.
 *
 *     program      MIXTURE; REGIMEN; low-alarm VOLUME[; patient-bolus PATIENT][; bridge BRIDGE]
 *     MIXTURE      morphine 10 mg/mL, bupivacaine 30 mg/mL
 *     REGIMEN      1.2 mg/day
 *                  flex 00:00 180 mcg/day, 06:00 240 mcg/day
 *                  flex mon,tue,wed,thu,fri 00:00 180 mcg/day / sat,sun 00:00 200 mcg/day
 *                  periodic 60 mcg every 24h over 30min base 100 mcg/day
 *                  minimum | stopped
 *     PATIENT      25 mcg over 10min lockout 2h most 4
 *     BRIDGE       0.4 mL at 0.4 mL/day | none line-aspirated | none line-empty | none accepted
 *
 * Words are apart by one space. A dose is spelt in the one unit of its drug (mixture_unit). A mistake
 * is told with its column, as in decimal.h.
 */
#ifndef PUMPCTL_PROGRAM_TEXT_H
#define PUMPCTL_PROGRAM_TEXT_H

#include "program.h"

/* Room for the text of any program that has one, its NUL included. */
#define PROGRAM_TEXT_MAX 4608

/*
 * Parsers of text, len bytes, borrowed. PUMP_EFORM: spelling; PUMP_ERANGE: a quantity too large, or
 * a bound of program.h; *error says where and what. On error the output is not usable.
 * unit: of the primary drug's doses. regimen sets mode and what belongs to it.
 */
enum pump_err program_text_regimen(const char *text, size_t len, enum mass_unit unit,
				   struct program *program, struct text_error *error) PUMP_CHECKED;
enum pump_err program_text_patient(const char *text, size_t len, enum mass_unit unit,
				   struct program_patient_bolus *patient,
				   struct text_error *error) PUMP_CHECKED;
enum pump_err program_text_bridge(const char *text, size_t len, struct program_bridge *bridge,
				  struct text_error *error) PUMP_CHECKED;
/* The whole; what is accepted is valid (program_is_valid). */
enum pump_err program_text_parse(const char *text, size_t len, struct program *program,
				 struct text_error *error) PUMP_CHECKED;

/*
 * Printers of valid programs: length, or 0 if it does not fit in size bytes, NUL included. patient and
 * bridge only where the program has them.
 */
size_t program_text_print_regimen(const struct program *program, char *buf, size_t size);
size_t program_text_print_patient(const struct program *program, char *buf, size_t size);
size_t program_text_print_bridge(const struct program *program, char *buf, size_t size);
size_t program_text_print(const struct program *program, char *buf, size_t size);

/* Three letters of a weekday, 0: "mon"; day below WEEKDAYS. */
const char *program_text_weekday(size_t day);
/* "line-aspirated" …; reason as in enum bridge_reason. */
const char *program_text_reason(size_t reason);

#endif
