# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# The same on two dual-mode controllers of Bluetooth 5.2, where the kernel advertises the extended way.
. /lib/guest.sh
. /lib/pump.sh

radio_start
pump_start days 1
manage 0 le off
expect_code 0 "Low Energy that is off is switched on, and status is read" programmer status
expect_code 0 "the program is written and read back" apply morphine 1.2 mg/day
expect "the pump's body runs it" test "$(pump_rate)" = 0.12
expect_code 0 "the log is pulled" programmer log pull
expect_code 0 "getting safe works" programmer --confirm "$serial stop" therapy stop
expect "the pump has stopped" test "$(pump_rate)" = 0
expect_code 0 "the audit trail verifies" pumpctl audit verify
finish
