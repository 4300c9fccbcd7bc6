# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/therapy/schedule.c segment_at: a step begins a minute late
s/segments\[i \+ 1\]\.minute <= minute/segments[i + 1].minute < minute/
