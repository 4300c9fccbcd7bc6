# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/therapy/digits.c digits_print: the last digit is lost
s/digits\[at\] = \(char\)\('0' \+ value % 10\)/digits[at] = (char)('0' + value \/ 10 % 10)/
