# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/therapy/quantity.c rate_from_dose: a negative dose passes
s/dose.ng_per_day < 0 \|\| concentration/concentration/
