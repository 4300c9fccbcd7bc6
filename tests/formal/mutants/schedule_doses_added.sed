# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/therapy/schedule.c bursts_most: doses that no window can catch are counted
s/repeat\(burst->volume\.nl, whole\) \+/repeat(burst->volume.nl, whole + 2) +/
