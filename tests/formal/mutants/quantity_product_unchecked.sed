# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/therapy/quantity.c multiply: the product may overflow
s/a > 0 && b > INT64_MAX/a < 0 \&\& b > INT64_MAX/
