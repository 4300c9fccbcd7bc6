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
programmer() { pumpctl --adapter 0 --pump "$pump" --no-input --timeout 20s --passphrase-fd 8 "$@" 8</tmp/passphrase; }
echo training >/tmp/passphrase

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

# What the pump said on its display, which is its standard error.
display=$PUMPCTL_STATE_DIR/sims/vm/log

# Both ends speak of a passkey, the pump of one more than before.
passkey_is_asked_for() { [ "$(grep -c 'passkey' "$display")" -gt "$shown" ] && grep -q 'passkey' /tmp/err; }

# secured TYPED ARGUMENTS…: as programmer, but over a secured link. TYPED goes to the passkey question: digits,
# or "shown" for what the pump shows, or "other" for one digit more.
secured() {
    typed=$1
    shift
    shown=$(grep -c 'passkey' "$display")
    [ -p /tmp/keys ] || mkfifo /tmp/keys
    : >/tmp/err
    pumpctl --adapter 0 --pump "$pump" --timeout 20s --link-security "$@" <>/tmp/keys >/tmp/out 2>/tmp/err &
    secured_pid=$!
    wait_until 20 passkey_is_asked_for || give_up "nobody asks for a passkey" /tmp/out /tmp/err "$display"
    passkey=$(sed -n 's/.*passkey \([0-9]*\).*/\1/p' "$display" | tail -n 1)
    case $typed in
    shown) typed=$passkey ;;
    other) typed=$(printf '%06d' $(((1$passkey + 1) % 1000000))) ;;
    esac
    echo "$typed" | timeout 5 tee /tmp/keys >/dev/null
    wait "$secured_pid"
}

# between_runs COMMAND…: stops the virtual pump, runs a command, starts it again.
between_runs() {
    pumpctl sim stop vm >/tmp/out 2>&1 || give_up "the pump does not stop" /tmp/out
    "$@"
    pumpctl sim start vm hci 1 >/tmp/out 2>&1 || give_up "the pump does not start again" /tmp/out
}
