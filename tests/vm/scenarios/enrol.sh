# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# A workstation is enrolled over the radio by card code and magnet, and finds the pump by its advertisement alone.
. /lib/guest.sh
. /lib/pump.sh

radio_start
pump_start unpaired days 1
printf '%s\ncorrect horse battery\n' "$(field card_code /tmp/start.json)" >/tmp/card
enrol() {
    pumpctl --adapter 0 --no-input --timeout 20s --passphrase-fd 8 --pump "$pump" pair "$serial" operator anna 8</tmp/card
}
knows() { grep -q "\"address\":\"$pump\",\"paired_as\":\"$1\"" /tmp/out; }

expect_code 0 "a search hears the pump" pumpctl --adapter 0 --json scan 2s
expect "and knows nothing of it" knows 'not paired'
expect_code 7 "without the magnet nobody is enrolled" enrol
pumpctl sim magnet vm >/tmp/out 2>&1 || give_up "no magnet" /tmp/out
expect_code 0 "with magnet and card code the workstation is enrolled" enrol
expect_code 0 "and reads status under its own key" pumpctl --adapter 0 --pump "$serial" status
pumpctl sim stop vm >/tmp/out 2>&1 || give_up "the pump does not stop" /tmp/out
pumpctl sim start vm hci 1 >/tmp/out 2>&1 || give_up "the pump does not start again" /tmp/out
expect_code 0 "after a restart of the pump, with a new nonce" pumpctl --adapter 0 --json scan 2s
expect "its advertisement tells whose it is" knows "$serial"
finish
