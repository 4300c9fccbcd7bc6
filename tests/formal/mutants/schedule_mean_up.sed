# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/therapy/schedule.c divide: a mean is rounded up
s/rounding == ROUND_UP && sum % divisor > 0/sum % divisor > 0/
