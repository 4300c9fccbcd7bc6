# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# Living with the machine: the link cut in every phase, adapters that are off, blocked, reset, busy, unplugged. Each ends
# within its deadline with its own words, and the next command works.
. /lib/guest.sh
. /lib/pump.sh

radio_start
pump_start days 3
first=$(adapter_address hci0)
# On a miss what was said instead is shown.
said() { grep -q "$1" /tmp/err || { tail -n 5 /tmp/err; false; }; }
no_link() { ! adapter_has_link; }
answers() { programmer status >/dev/null 2>&1; }
# The programmer asks for a passkey and nobody answers.
ask_passkey() {
    : >/tmp/err
    [ -p /tmp/keys ] || mkfifo /tmp/keys
    shown=$(grep -c 'passkey' "$display")
    pumpctl --adapter 0 --pump "$pump" --timeout 20s --link-security status <>/tmp/keys >/tmp/out 2>/tmp/err &
    asking=$!
    wait_until 20 passkey_is_asked_for || give_up "nobody asks for a passkey" /tmp/err "$display"
}

# Cut while the passkey is asked for.
ask_passkey
manage 1 disconnect -t 1 "$first" || give_up "the pump's side does not disconnect" /tmp/btmgmt.log
wait "$asking"
code=$?
expect "cut in the pairing, the programmer ends with 6" test "$code" -eq 6
expect "and says that the link was lost" said 'link to the pump was lost'
expect_code 0 "after that the passkey pairs" secured shown status

# Cut at PDUs of every phase: discovery, subscriptions, handshake, status. What came before the pump's services
# answered is repeated without a word.
for packet in 1 3 6 10 15 20 26; do
    pumpctl sim fault vm drop "$packet" before >/tmp/out 2>&1 || give_up "no fault can be ordered" /tmp/out
    programmer status >/tmp/out 2>/tmp/err
    code=$?
    pumpctl sim fault vm release >/tmp/released 2>&1
    case $code in
    0) ;;
    6) said 'link to the pump was lost' || fail "packet $packet: another word" ;;
    *) give_up "cut before packet $packet: exit $code" /tmp/out /tmp/err ;;
    esac
    cuts="$cuts $packet:$code"
done
pass "cut before each of these packets (packet:exit code):$cuts"
expect_code 0 "after all cuts the pump answers" programmer status

# Controllers that are switched off and on, and reset; without a link, since virtual ones never notice that a
# peer has gone (they have no supervision time-out).
wait_until 20 no_link || give_up "the kernel keeps a link"
manage 1 power off || give_up "hci1 stays on" /tmp/btmgmt.log
expect_code 6 "with the pump's adapter off nobody answers" pumpctl --adapter 0 --pump "$pump" --no-input --timeout 2s status
manage 1 power on || give_up "hci1 stays off" /tmp/btmgmt.log
expect "after power on the pump is back by itself" wait_until 30 answers
wait_until 20 no_link || give_up "the kernel keeps a link"
manage 0 power off
expect_code 0 "an adapter of ours that is off is switched on" programmer status
wait_until 20 no_link || give_up "the kernel keeps a link"
hciconfig hci0 reset
expect_code 0 "a reset controller works again" programmer status
wait_until 20 no_link || give_up "the kernel keeps a link"
hciconfig hci0 down
expect_code 0 "so does one that was taken down" programmer status
expect_code 6 "an adapter that is not there" pumpctl --adapter 7 --pump "$pump" --no-input status
expect "is named" said 'there is no hci7'

# Switched off in the middle: while the passkey is asked for anew.
expect_code 0 "the link key is forgotten" programmer link forget
ask_passkey
manage 0 power off
wait "$asking"
code=$?
expect "an adapter switched off in the middle ends the command with 6" test "$code" -eq 6
expect "and is called so: $(tail -n 2 /tmp/err | head -n 1)" said 'unplugged, reset or switched off'
expect_code 0 "after that the pump is reached again" programmer status

# The radio switch of the computer.
switch=$(dirname "$(grep -l '^hci0$' /sys/class/rfkill/*/name | head -n 1)")
expect "there is a switch: $switch" test -w "$switch/soft"
echo 1 >"$switch/soft"
expect_code 6 "blocked by the switch" programmer status
expect "and the message names the command that helps" said 'rfkill unblock bluetooth'
pumpctl --adapter 0 doctor >/tmp/out 2>/tmp/err
expect "doctor names the switch" grep -q 'blocked (soft)' /tmp/out
echo 0 >"$switch/soft"
expect_code 0 "after unblocking the pump answers" programmer status

# Another program has the pump's channel.
dial 0 "$pump" sleep 600 >/tmp/holder 2>&1 &
holder=$!
wait_until 20 grep -q 'connected' /tmp/holder || give_up "the other program does not connect" /tmp/holder
expect_code 6 "another program has the channel" programmer status
expect "and is named as the reason" said 'another program is connected'
kill "$holder"
wait "$holder"
expect "after it the pump answers" wait_until 30 answers

# A name from the air cannot touch the terminal.
pumpctl sim stop vm >/tmp/out 2>&1 || give_up "the pump does not stop" /tmp/out
manage 1 name "$(printf 'evil\033[2J\033]0;x\007')"
manage 1 connectable on
manage 1 add-adv -c -n 2 || give_up "no advertisement with a name" /tmp/btmgmt.log
expect_code 0 "devices with hostile names are listed" pumpctl --adapter 0 scan 2s all
expect "with what is harmless of them" grep -q 'evil?' /tmp/out
expect "and no control character" test "$(tr -d '\n' </tmp/out | tr -cd '[:cntrl:]' | wc -c)" -eq 0
expect_code 0 "a search for pumps" pumpctl --adapter 0 scan 2s
expect "does not list them" test "$(grep -c evil /tmp/out)" -eq 0

# Unplugged.
# What an earlier search said would be taken for the beginning of this one.
: >/tmp/err
pumpctl --adapter 0 scan 60s >/tmp/out 2>/tmp/err &
scanning=$!
wait_until 20 grep -q 'Hold the communicator' /tmp/err || give_up "the search does not begin" /tmp/err
kill "$btvirt_pid"
wait "$scanning"
code=$?
expect "unplugged in the middle of a search ends it with 6" test "$code" -eq 6
expect "and is called so" said 'unplugged'
expect_code 6 "after that there is no adapter" programmer status
expect "and the message says so" said 'there is no hci0'
expect_code 0 "local virtual pumps need none" pumpctl sim start indoors
expect_code 0 "and answer" pumpctl --pump sim:indoors status
finish
