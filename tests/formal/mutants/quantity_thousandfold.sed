# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/therapy/quantity.c mass_in_volume: mg taken for mcg
s/concentration.ng_per_ml, NL_PER_ML, rounding, \&out->ng\)/concentration.ng_per_ml, NL_PER_ML \/ 1000, rounding, \&out->ng)/
