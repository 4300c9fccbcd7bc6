# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/therapy/digits.c digits_read: ten is eight
s/value = 10 \* value/value = 8 * value/
