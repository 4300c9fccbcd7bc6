# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/therapy/schedule.c schedule_day: the total of a day is rounded down
s/divide\(sum, MINUTES_PER_DAY, ROUND_UP\)/divide(sum, MINUTES_PER_DAY, ROUND_DOWN)/
