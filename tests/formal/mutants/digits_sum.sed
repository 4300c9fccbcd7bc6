# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/therapy/digits.c digits_add_fraction: the sum may wrap
s/part > INT64_MAX - sum/part < 0/
