# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# How fast a log download is over the radio, as ratios within this run: against a bare loop that receives the same
# PDUs and inserts the same rows, and against one request for each record. Figures are printed, they do not
# decide: the run fails only when a comparison could not be made.
. /lib/guest.sh
. /lib/pump.sh

RECORDS=20040 # of 835 days
SINGLE=200

now() { cut -d' ' -f1 /proc/uptime; }
no_link() { [ -z "$(find /sys/class/bluetooth/ -name '*:*')" ]; }
served() { grep -q ready /tmp/serve.log; }
over() { awk -v n="$1" -v s="$2" 'BEGIN { printf "%.4f", n / s }'; }
middle() { sort -n "$1" | sed -n 2p; } # of three

# ratio TEXT FIGURE BAR UNIT
ratio() {
    awk -v text="$1" -v figure="$2" -v bar="$3" -v unit="$4" 'BEGIN {
        printf "bench: %s: %.2f %s (bar: at least %s)%s\n", text, figure, unit, bar, figure < bar ? "  MISSED" : "" }'
}

bare_turn() {
    wait_until 30 no_link || give_up "the link of the turn before stays"
    for setting in 'connectable on' 'add-adv -c 1'; do
        # shellcheck disable=SC2086 # a command and its arguments
        manage 1 $setting || give_up "hci1: $setting" /tmp/btmgmt.log
    done
    : >/tmp/serve.log
    bare_loop serve 1 "$RECORDS" >/tmp/serve.log 2>&1 &
    wait_until 20 served || give_up "the bare loop does not listen" /tmp/serve.log
    bare_loop pull 0 "$(adapter_address hci1)" "$RECORDS" "/tmp/bare.$1" >/tmp/bare.out 2>&1 ||
        give_up "the bare loop" /tmp/bare.out /tmp/serve.log
    bare=$(over "$RECORDS" "$(cat /tmp/bare.out)")
    wait_until 30 no_link || give_up "the link of the bare loop stays"
    rm -f "/tmp/bare.$1"
}

pull_turn() {
    rm -f "$PUMPCTL_STATE_DIR"/archive.sqlite*
    begun=$(now)
    programmer --json log pull >/tmp/out 2>/tmp/err || give_up "log pull" /tmp/out /tmp/err
    took=$(echo "$begun $(now)" | awk '{ print $2 - $1 }')
    stored=$(field stored_now /tmp/out)
    [ "${stored:-0}" -ge "$RECORDS" ] || give_up "only ${stored:-0} records were pulled" /tmp/out
    pull=$(over "$stored" "$took")
    echo "bench: turn $1: bare loop $bare, log pull $pull records a second, connecting and starting included"
    over "$pull" "$bare" >>/tmp/against_bare
    echo >>/tmp/against_bare
}

single_turn() {
    single_pull "$PUMPCTL_STATE_DIR" "$serial" 0 "$SINGLE" >/tmp/single.out 2>/tmp/err ||
        give_up "one request for each record" /tmp/single.out /tmp/err
    single=$(over "$SINGLE" "$(cat /tmp/single.out)")
    echo "bench: turn $1: one request for each record: $single records a second, without connecting"
    over "$pull" "$single" >>/tmp/against_single
    echo >>/tmp/against_single
}

radio_start
arguments="days 835 log-slots 21000"
for turn in 1 2 3; do
    bare_turn $turn
    # shellcheck disable=SC2086 # words
    pump_start $arguments
    arguments=
    pull_turn $turn
    single_turn $turn
    pumpctl sim stop vm >/tmp/out 2>/tmp/err || give_up "the pump does not stop" /tmp/out /tmp/err
done
ratio "log pull over the radio against a bare loop" "$(middle /tmp/against_bare)" 0.5 "of its rate"
ratio "log pull against one request for each record" "$(middle /tmp/against_single)" 10 "times as fast"
pass "all comparisons were made"
finish
