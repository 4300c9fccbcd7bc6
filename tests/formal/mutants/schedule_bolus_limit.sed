# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/therapy/schedule.c schedule_boluses: the daily limit of the patient is not looked at
s/fit < s->patient_most/fit < 2 * s->patient_most/
