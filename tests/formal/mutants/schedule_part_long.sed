# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/therapy/schedule.c bursts_most: a part longer than the burst
s/part > burst->duration\.s/part > burst->interval.s/
