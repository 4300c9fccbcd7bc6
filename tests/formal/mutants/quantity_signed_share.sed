# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/therapy/quantity.c share: what is left over is lost
s/product % \(uint64_t\)divisor/product \& (uint64_t)divisor/
