# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/therapy/digits.c count_digits: a zero before a number with two digits
s/while \(left >= 10\)/while (left >= 1)/
