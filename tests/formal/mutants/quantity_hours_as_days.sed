# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/therapy/quantity.c volume_from_rate: a day has 1,440 s
s/time.s, SECONDS_PER_DAY/time.s, 1440/
