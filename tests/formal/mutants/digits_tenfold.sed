# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/therapy/digits.c digits_add_fraction: the point moves by one
s/step \/= 10;/step \/= 100;/
