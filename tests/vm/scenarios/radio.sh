# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# The guest itself: two virtual LE controllers are powered, and bytes pass between them over L2CAP CID 4.
. /lib/guest.sh

radio_start
pass "two LE controllers are up"
first=$(adapter_address hci0)
second=$(adapter_address hci1)
expect "their addresses differ: $first $second" test -n "$first" -a -n "$second" -a "$first" != "$second"

for setting in 'power off' 'le on' 'connectable on' 'power on' 'add-adv -c 1'; do
    # shellcheck disable=SC2086 # a command and its arguments
    manage 1 $setting || give_up "hci1: $setting" /tmp/btmgmt.log
done
pass "hci1 advertises, connectable"

l2test -d -J 4 -V le_public -i hci1 >/tmp/server.log 2>&1 &
listening() { grep -q 'Waiting for connection' /tmp/server.log; }
wait_until 20 listening || give_up "no listener on CID 4" /tmp/server.log
timeout 60 l2test -s -N 5 -b 20 -J 4 -V le_public -i hci0 "$second" >/tmp/client.log 2>&1 ||
    give_up "hci0 does not reach hci1" /tmp/server.log /tmp/client.log
received() { [ "$(grep -c 'Recevied 20 bytes\|Received 20 bytes' /tmp/server.log)" -eq 5 ]; }
wait_until 20 received || give_up "five PDUs were sent, the peer has other ones" /tmp/server.log /tmp/client.log
pass "five PDUs of 20 bytes passed over CID 4"
finish
