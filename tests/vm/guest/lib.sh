# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# What every scenario uses. A scenario ends with `finish`; each step is one `ok` or `not ok` line.
# A step may run where its output is kept in a file; what ends the scenario is said here.
exec 9>&1
failures=0
steps=0

pass() {
    steps=$((steps + 1))
    echo "ok $steps - $1"
}

fail() {
    steps=$((steps + 1))
    failures=$((failures + 1))
    echo "not ok $steps - $1"
}

# give_up TEXT [FILE…]: a step without which the rest has no meaning; shows the files.
give_up() {
    exec >&9 2>&1
    fail "$1"
    shift
    for file in "$@"; do
        echo "--- $file"
        tail -n 40 "$file"
    done
    finish
}

finish() {
    echo "steps: $steps, failed: $failures"
    [ "$steps" -gt 0 ] && [ "$failures" -eq 0 ]
    exit $?
}

# expect TEXT COMMAND…: the command must succeed.
expect() {
    text=$1
    shift
    if "$@"; then pass "$text"; else fail "$text (status $?: $*)"; fi
}

# expect_code CODE TEXT COMMAND…: the command must end with exactly this exit code.
# Its output goes to /tmp/out and /tmp/err and is shown when the code differs.
expect_code() {
    wanted=$1 text=$2
    shift 2
    "$@" >/tmp/out 2>/tmp/err
    got=$?
    if [ "$got" -eq "$wanted" ]; then
        pass "$text"
    else
        fail "$text: exit $got instead of $wanted: $*"
        tail -n 20 /tmp/out /tmp/err
    fi
}

# wait_until SECONDS COMMAND…: true as soon as the command succeeds, false after the time.
wait_until() {
    limit=$(($(cut -d. -f1 /proc/uptime) + $1))
    shift
    until "$@"; do
        [ "$(cut -d. -f1 /proc/uptime)" -lt "$limit" ] || return 1
        usleep 50000
    done
}

adapter_exists() { [ -e "/sys/class/bluetooth/$1" ]; }
adapter_is_up() { hciconfig "$1" 2>/dev/null | grep -q 'UP RUNNING'; }
# Some link of some adapter is up.
adapter_has_link() { [ -n "$(find /sys/class/bluetooth/ -name '*:*')" ]; }
adapter_address() { hciconfig "$1" | sed -n 's/.*BD Address: \([0-9A-F:]*\).*/\1/p'; }

# manage ADAPTER COMMAND…: one command of btmgmt. It stops at once where its input is at its end, so it
# gets a pipe that stays open and silent.
manage() {
    index=$1
    shift
    [ -p /tmp/silent ] || mkfifo /tmp/silent
    timeout 10 btmgmt --index "$index" "$@" <>/tmp/silent >>/tmp/btmgmt.log 2>&1
}

# The kind of controllers that run.sh asked for.
radio_is_dual() { grep -q 'radio=dual' /proc/cmdline; }

# radio_start: two virtual controllers hci0 and hci1 of that kind by btvirt, both powered and with LE on, as
# a desktop leaves them.
radio_start() {
    if radio_is_dual; then set -- -l2; else set -- -L -l2; fi
    btvirt "$@" >/tmp/btvirt.log 2>&1 &
    btvirt_pid=$!
    for adapter in hci0 hci1; do
        wait_until 20 adapter_exists "$adapter" || give_up "btvirt gives no $adapter" /tmp/btvirt.log
        for setting in 'le on' 'power on'; do
            # shellcheck disable=SC2086 # a command and its arguments
            manage "${adapter#hci}" $setting || give_up "$adapter: $setting" /tmp/btvirt.log /tmp/btmgmt.log
        done
        wait_until 20 adapter_is_up "$adapter" || give_up "$adapter stays down" /tmp/btvirt.log /tmp/btmgmt.log
    done
}
