# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# Other people's stacks: gatttool and bluetoothd with bluetoothctl read our virtual pump, our client reads bluetoothd's
# database, and pumpctl keeps away from an adapter that bluetoothd manages.
. /lib/guest.sh
. /lib/pump.sh

VERSION=7d1c0002-5a3b-4f6e-9c2d-1b8e4a7f3c60 # docs/protocol.md section 1
SERVICE=7d1c0001-5a3b-4f6e-9c2d-1b8e4a7f3c60
radio_start
pump_start days 1
first=$(adapter_address hci0)
second=$(adapter_address hci1)

# gatttool, on the kernel's sockets as we are.
tool() { timeout 60 gatttool -i hci0 -b "$pump" "$@"; }
expect_code 0 "gatttool finds the services" tool --primary
expect "device information and the pump's own" test "$(grep -c "0000180a-\|$SERVICE" /tmp/out)" -eq 2
expect_code 0 "and the characteristics" tool --characteristics
expect "two and four of them" test "$(grep -c 'char value handle' /tmp/out)" -eq 6
expect_code 0 "and reads the protocol's version" tool --char-read --uuid=$VERSION
expect "of two bytes" grep -q 'value: [0-9a-f][0-9a-f] [0-9a-f][0-9a-f] *$' /tmp/out
expect_code 0 "and reads the maker" tool --char-read --uuid=00002a29-0000-1000-8000-00805f9b34fb
expect "as text" grep -q 'value: 70 75 6d 70 73 69 6d' /tmp/out
expect_code 0 "after it the programmer reads status" programmer status

# bluetoothd.
mkdir -p /run/dbus /var/lib/bluetooth /etc/bluetooth
ln -s /run /var/run
cat >/etc/dbus.conf <<'END'
<busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy></busconfig>
END
# Without this bluetoothd may choose the other radio of a dual-mode controller, where no pump is.
printf '[General]\nControllerMode = le\n' >/etc/bluetooth/main.conf
dbus-daemon --config-file=/etc/dbus.conf --fork || give_up "no message bus"
bluetoothd -n >/tmp/bluetoothd.log 2>&1 &
daemon=$!
ask_daemon() { timeout 30 bluetoothctl "$@" >/tmp/daemon 2>&1; }
daemon_lists() { ask_daemon list && grep -q "$first" /tmp/daemon && grep -q "$second" /tmp/daemon; }
wait_until 60 daemon_lists || give_up "bluetoothd does not answer" /tmp/bluetoothd.log /tmp/daemon
for command in status 'scan 1s' 'link forget'; do
    # shellcheck disable=SC2086 # a command and its arguments
    expect_code 6 "beside bluetoothd, $command is refused" programmer $command
    expect "with the command that helps" grep -q 'systemctl stop bluetooth' /tmp/err
done
pumpctl doctor >/tmp/out 2>/tmp/err
expect "doctor names its process" grep -q "runs as process $daemon" /tmp/out

# bluetoothd has taken the pump's adapter over; started again, the pump is the last to listen and gets the link.
between_runs true
mkfifo /tmp/orders
bluetoothctl <>/tmp/orders >/tmp/control 2>&1 &
order() { echo "$*" | timeout 5 tee /tmp/orders >/dev/null; }
daemon_knows() { ask_daemon devices && grep -q "$pump" /tmp/daemon; }
daemon_says() { ask_daemon info "$pump" && grep -q "$1" /tmp/daemon; }
# Nor does it know its controllers at once; that ours searches shows that it was selected.
searches() {
    order "select $first"
    order 'scan le'
    ask_daemon show "$first" && grep -q 'Discovering: yes' /tmp/daemon
}
# The pump ends a link on which nobody proves who he is within 10 s; so each try begins with the link.
connects() {
    order "connect $pump"
    daemon_says 'Connected: yes'
}
serves() { connects && grep -q "$SERVICE" /tmp/daemon; }
# bluetoothctl drops an order for a value that it has not heard of yet; so the order is given until packets pass.
reads_a_value() {
    order 'back'
    connects || return 1
    order 'menu gatt'
    order "select-attribute $VERSION"
    order 'read'
    [ "$(pump_truth packets_exchanged)" -gt "$packets" ]
}
wait_until 60 searches || give_up "bluetoothctl does not search" /tmp/daemon /tmp/bluetoothd.log
wait_until 60 daemon_knows || give_up "bluetoothctl does not find the pump" /tmp/daemon /tmp/bluetoothd.log
pass "bluetoothctl finds the pump"
wait_until 60 connects || give_up "bluetoothctl does not connect" /tmp/daemon /tmp/bluetoothd.log
wait_until 60 serves || give_up "bluetoothctl does not read the pump" /tmp/daemon /tmp/bluetoothd.log
pass "connects, and reads its services"
packets=$(pump_truth packets_exchanged)
wait_until 30 reads_a_value || give_up "bluetoothctl reads no value: still $packets packets" /tmp/control /tmp/truth.json
pass "and reads a value"
order 'back'
order "disconnect $pump"
expect "and disconnects" wait_until 60 daemon_says 'Connected: no'
order 'quit'
wait "$!"
expect "the value was the version" grep -q 'Attribute .* Value:' /tmp/control
pumpctl sim stop vm >/tmp/out 2>&1 || give_up "the pump does not stop" /tmp/out

# Our client and bluetoothd's own database.
ask_daemon show "$second" || give_up "bluetoothd does not show its adapter" /tmp/daemon
name=$(sed -n 's/^.*Name: //p' /tmp/daemon | head -n 1)
for setting in 'connectable on' 'add-adv -c 1'; do
    # shellcheck disable=SC2086 # a command and its arguments
    manage 1 $setting || give_up "hci1: $setting" /tmp/btmgmt.log
done
no_link() { ! adapter_has_link; }
wait_until 30 no_link || give_up "the link of bluetoothctl stays"
: >/tmp/nothing.ops
expect_code 0 "our client searches bluetoothd's database" dial 0 "$second" gatt_ask_radio /tmp/nothing.ops
expect "and finds its standard services" test "$(grep -c '^primary .* \(1800\|1801\)$' /tmp/out)" -eq 2
handle=$(sed -n 's/^ *characteristic [^ ]* \([^ ]*\) .* 2a00$/\1/p' /tmp/out)
echo "read $handle" >/tmp/name.ops
expect_code 0 "and reads a value" dial 0 "$second" gatt_ask_radio /tmp/name.ops
expect "the name that bluetoothd gives itself: $name" \
    grep -q "^read $handle: delivered $(printf '%s' "$name" | od -An -tx1 | tr -d ' \n')\$" /tmp/out

kill "$daemon"
wait "$daemon"
pumpctl sim start vm hci 1 >/tmp/out 2>&1 || give_up "the pump does not start again" /tmp/out
expect_code 0 "without bluetoothd the programmer is back" programmer status
finish
