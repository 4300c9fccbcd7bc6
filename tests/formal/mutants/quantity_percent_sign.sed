# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/therapy/quantity.c percent_change: a lower dose looks like a higher one
s/: -\(whole \+ part\)/: whole + part/
