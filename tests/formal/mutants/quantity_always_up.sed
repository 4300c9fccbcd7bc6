# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/therapy/quantity.c multiply_divide: a rate is rounded up
s/rounding == ROUND_UP && left > 0/left > 0/
