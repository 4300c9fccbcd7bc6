# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/therapy/digits.c digits_read: a number that is too large wraps
s/value > \(INT64_MAX - digit\) \/ 10/value > INT64_MAX \/ 10/
