# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/therapy/quantity.c multiply_divide: the sum may overflow
s/part > INT64_MAX - whole/part < 0/
