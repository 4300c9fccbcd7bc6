# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/therapy/quantity.c rate_from_dose: a concentration of zero divides
s/concentration.ng_per_ml < 1/concentration.ng_per_ml < 0/
