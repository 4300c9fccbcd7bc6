# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# A virtual pump on hci1 and its programmer on hci0, for the scenarios that need both.
export PUMPCTL_STATE_DIR=/tmp/state XDG_RUNTIME_DIR=/run/user
mkdir -m 700 "$XDG_RUNTIME_DIR"
pump=

# field NAME FILE: the first value of that member in a JSON document.
field() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" "$2" | head -n 1; }

# pump_start ARGUMENTS…: makes and starts the virtual pump "vm" on hci1; its address goes to $pump.
pump_start() {
    pumpctl --json sim start vm hci 1 "$@" >/tmp/start.json 2>/tmp/start.err ||
        give_up "the virtual pump does not start on hci1" /tmp/start.json /tmp/start.err
    pump=$(field address /tmp/start.json)
    serial=$(field serial /tmp/start.json)
    [ "$pump" = "$(adapter_address hci1)" ] || give_up "its address is not that of hci1" /tmp/start.json
    pass "the virtual pump $serial serves at $pump"
}

# programmer ARGUMENTS…: pumpctl on hci0, as a script uses it.
programmer() { pumpctl --adapter 0 --pump "$pump" --no-input --timeout 20s "$@"; }

# apply DRUG AMOUNT UNIT: the whole order, confirmed.
apply() { programmer --confirm "$serial $1 $2 $3" program apply "$1" "$2" "$3"; }

# pump_truth FIELD: what is true of the pump and its body, past its protocol.
pump_truth() {
    pumpctl --json sim show vm >/tmp/truth.json 2>/tmp/truth.err || give_up "sim show" /tmp/truth.json /tmp/truth.err
    field "$1" /tmp/truth.json
}
# In mL per day.
pump_rate() {
    pump_truth rate >/dev/null
    sed -n 's/.*"rate":{"value":"\([0-9.]*\)".*/\1/p' /tmp/truth.json
}
