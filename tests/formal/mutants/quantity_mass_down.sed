# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/therapy/quantity.c dose_from_rate: always rounded down
s/concentration.ng_per_ml, NL_PER_ML, rounding/concentration.ng_per_ml, NL_PER_ML, ROUND_DOWN/
