# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/therapy/digits.c digits_add_fraction: what is finer than the unit is cut off
s/if \(step % 10 != 0\)/if (step == 0)/
