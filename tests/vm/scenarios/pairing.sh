# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# Finding a pump, reaching it without any right, and pairing at link level with a passkey: right, wrong, stored, lost.
. /lib/guest.sh
. /lib/pump.sh

radio_start
pump_start days 1
btmon >/tmp/air 2>&1 &
btmon_pid=$!
bonds() { find "$1" -maxdepth 1 -name 'bonds-*'; }
workstation_bonds() { bonds "$PUMPCTL_STATE_DIR"; }
pump_bonds() { bonds "$PUMPCTL_STATE_DIR/sims/vm"; }

# Finding.
expect_code 0 "the air is searched" pumpctl --adapter 0 scan 2s
expect "the pump is heard" grep -q "$pump" /tmp/out
expect_code 0 "as JSON it is a line of its own as soon as it is heard" pumpctl --adapter 0 --json scan 2s
expect "ahead of the envelope" sh -c 'head -n 1 /tmp/out | grep -q "^{\"address\":\"'"$pump"'\""'
expect "with its signal, which a virtual controller does not know" grep -q '"rssi_dbm":null' /tmp/out
expect_code 0 "the magnet opens its window" pumpctl sim magnet vm
expect_code 0 "a search after that" pumpctl --adapter 0 --json scan 2s
expect "sees the window" grep -q '"pairing_window":true' /tmp/out

# Without link security nothing is asked for, and the link has the parameters of an implant.
expect_code 0 "the pump is reached without pairing the link" programmer status
expect_code 0 "again within the two seconds for which the kernel keeps the link" programmer status
expect "no link key is kept" test -z "$(workstation_bonds)"

# Pairing.
expect_code 7 "a wrong passkey is refused" secured other status
expect "and called so" grep -q 'passkey was not the one' /tmp/err
expect "no link key is kept of it" test -z "$(workstation_bonds)$(pump_bonds)"
expect_code 5 "what is no passkey is not sent" secured 12 status
expect_code 0 "the right passkey pairs" secured shown status
expect "status was read over it" grep -q 'morphine' /tmp/out
expect "one link key is kept here" test "$(workstation_bonds | wc -l)" -eq 1
expect "for its owner alone" test "$(stat -c %a "$(workstation_bonds)")" = 600
expect "one is kept in the pump" test "$(pump_bonds | wc -l)" -eq 1
expect "it is an authenticated P-256 key of 16 bytes" \
    test "$(od -An -tx1 -j7 -N3 "$(workstation_bonds)" | tr -d ' \n')" = 030010 -o \
    "$(od -An -tx1 -j7 -N3 "$(workstation_bonds)" | tr -d ' \n')" = 030110
expect_code 0 "with the stored key nobody is asked" programmer status
between_runs true
expect_code 0 "also after the pump was restarted" programmer status

# Lost keys.
rm "$(workstation_bonds)"
expect_code 0 "a workstation that lost its key reaches the pump unsecured" programmer status
expect_code 0 "and pairs anew" secured shown status
between_runs rm "$(pump_bonds)"
expect_code 7 "a pump that lost its key is not spoken to" programmer status
expect "and the message says what that means" grep -q 'no longer holds the link key' /tmp/err
expect_code 0 "the key is forgotten by order" programmer link forget
expect_code 6 "and then it is gone" programmer link forget
expect_code 0 "after that it pairs again" secured shown status
expect_code 0 "and is reached with the new key" programmer status
expect_code 0 "an order goes over the secured link" apply morphine 1.2 mg/day
expect "and runs" test "$(pump_rate)" = 0.12

# Without any right of one's own.
printf 'root:x:0:\npumpctl:x:50:nurse\n' >/etc/group
printf 'nurse:x:1000:1000::/tmp:/bin/sh\nguest:x:1001:1001::/tmp:/bin/sh\n' >>/etc/passwd
cp /usr/bin/pumpctl /usr/bin/pumpctl-adapter /run/
chown root:pumpctl /run/pumpctl-adapter
chmod 750 /run/pumpctl-adapter
cp -r "$PUMPCTL_STATE_DIR" /tmp/nurse
chown -R nurse /tmp/nurse
cp -r "$PUMPCTL_STATE_DIR" /tmp/guest
chown -R guest /tmp/guest
mkdir -m 1777 /run/shared
as_user() {
    user=$1
    shift
    su -s /bin/sh "$user" -c "XDG_RUNTIME_DIR=/tmp/$user PUMPCTL_STATE_DIR=/tmp/$user exec /run/pumpctl --adapter 0 $*"
}
expect_code 6 "a helper without its capability is no help" as_user nurse scan 1s
expect "and is called so" grep -q 'has no capability' /tmp/err
setcap cap_net_admin=ep /run/pumpctl-adapter || give_up "no capability can be given"
expect_code 0 "a member of the group searches through the helper" as_user nurse scan 2s
expect "and hears the pump" grep -q "$pump" /tmp/out
expect_code 0 "and reaches it over the secured link" as_user nurse --pump "$pump" --no-input status
expect_code 6 "somebody else may not search" as_user guest scan 1s
expect "and is told of the group" grep -q 'group pumpctl' /tmp/err
expect_code 0 "doctor finds all well for the member" as_user nurse doctor

# What was on the air.
kill -INT "$btmon_pid"
wait "$btmon_pid"
expect "connections were asked for with 6 s of supervision" grep -q 'Supervision timeout: 6000 msec' /tmp/air
expect "and with an interval from 15 ms" grep -q 'Min connection interval: 15.00 msec' /tmp/air
expect "pairing was by Secure Connections" grep -q 'SMP: Pairing Public Key' /tmp/air
expect "never by the legacy way" test "$(grep -c 'SMP: Encryption Information\|SMP: Master Identification' /tmp/air)" -eq 0
expect "the wrong passkey failed on the air" grep -q 'SMP: Pairing Failed' /tmp/air
expect "the stored key encrypted" grep -q 'Long Term Key Request Reply' /tmp/air
expect "drug names were not on the air" test "$(grep -ci 'morphine\|6d6f727068696e65' /tmp/air)" -eq 0
finish
