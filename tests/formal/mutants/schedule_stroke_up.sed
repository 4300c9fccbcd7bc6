# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/therapy/schedule.c schedule_achievable: part of a stroke counts as delivered
s/volume\.nl - volume\.nl % stroke\.nl/volume.nl - volume.nl % stroke.nl + stroke.nl/
