# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# What bt/ costs by itself: a stream of notifications through its server and client over L2CAP, against a bare
# loop that sends the same PDUs over the same sockets, turn by turn. The guest's clock counts instructions
# (VM_COUNTED), so the figures may decide.
. /lib/guest.sh

PDUS=4080
TURNS=3

no_link() { [ -z "$(find /sys/class/bluetooth/ -name '*:*')" ]; }
served() { grep -q ready /tmp/serve.log; }

# turn KIND: one connection; PDUs a second to $rate, growth of memory in KiB to $growth.
turn() {
    wait_until 30 no_link || give_up "the link of the turn before stays"
    for setting in 'connectable on' 'add-adv -c 1'; do
        # shellcheck disable=SC2086 # a command and its arguments
        manage 1 $setting || give_up "hci1: $setting" /tmp/btmgmt.log
    done
    : >/tmp/serve.log
    notify_loop "$1" serve 1 "$PDUS" >/tmp/serve.log 2>&1 &
    wait_until 20 served || give_up "the $1 loop does not listen" /tmp/serve.log
    notify_loop "$1" read 0 "$(adapter_address hci1)" "$PDUS" >/tmp/read.out 2>&1 ||
        give_up "the $1 loop" /tmp/read.out /tmp/serve.log
    rate=$(cut -d' ' -f1 /tmp/read.out)
    growth=$(cut -d' ' -f2 /tmp/read.out)
    [ "${rate:-0}" -gt 0 ] || give_up "the $1 loop gives no figure" /tmp/read.out
}

radio_start -L -l2
grown=0
count=0
while [ $count -lt $TURNS ]; do
    count=$((count + 1))
    turn bare
    bare=$rate
    turn bt
    echo "bench: turn $count: bare loop $bare, bt/ $rate PDUs a second"
    echo "$rate $bare" | awk '{ printf "%.3f\n", $1 / $2 }' >>/tmp/ratios
    [ "$growth" -le "$grown" ] || grown=$growth
done
ratio=$(sort -n /tmp/ratios | sed -n "$(((TURNS + 1) / 2))p")
echo "bench: bt/ alone over L2CAP against a bare loop of equal PDUs: $ratio of its rate (bar: at least 0.9)"
echo "bench: memory of the reader of $PDUS PDUs grows by $grown KiB after the first eighth (bar: at most 64 KiB)"
reaches() { echo "$1 $2" | awk '{ exit $1 < $2 }'; }
expect "bt/ reaches 0.9 of the bare loop" reaches "$ratio" 0.9
expect "the reader's memory is flat" test "$grown" -le 64
finish
