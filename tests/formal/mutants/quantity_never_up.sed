# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/therapy/quantity.c multiply_divide: a total is rounded down
s/rounding == ROUND_UP && left > 0/false/
