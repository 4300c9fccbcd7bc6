# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/therapy/digits.c digits_read: the last digit is not read
s/i < len; i\+\+\) \{/i + 1 < len; i++) {/
