# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/therapy/quantity.c dose_in_mixture: the other drug gives the volume
s/other.ng_per_ml, own.ng_per_ml, rounding/own.ng_per_ml, other.ng_per_ml, rounding/
