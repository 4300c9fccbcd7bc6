#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: sh cli/demo.sh
# Installs what is missing, builds, starts a virtual pump in a temporary state directory and does the
# main job on it: find the pump, read it and its log, check a new program, compare it with the running
# one, confirm, write, read back, verify the audit trail. On a terminal the confirmation is typed and
# the pump goes on running afterwards; without one it is passed with --confirm and all is removed.
# Exit: 0 done and verified, else not. Environment: PUMPCTL_BUILD_DIR (default: build/release).
set -eu

source_dir=$(cd "$(dirname "$0")/.." && pwd)
build_dir=${PUMPCTL_BUILD_DIR:-$source_dir/build/release}
pumpctl=$build_dir/cli/pumpctl
drug=morphine
dose='1.4 mg/day'
moved_point='14 mg/day'
serial=PX20-000123
name=demo-$$

interactive=false
if [ -t 0 ] && [ -t 1 ]; then interactive=true; fi

fail() {
    echo "demo: $*" >&2
    exit 1
}

title() { printf '\n=== %s\n' "$*"; }

# run EXPECTED-EXIT-CODE WORD…: shows the command and its screen.
run() {
    expected=$1
    shift
    printf '\n$ pumpctl'
    for word in "$@"; do
        case $word in *' '*) printf ' "%s"' "$word" ;; *) printf ' %s' "$word" ;; esac
    done
    printf '\n'
    code=0
    "$pumpctl" "$@" || code=$?
    [ "$code" -eq "$expected" ] || fail "that ended with exit code $code, not $expected"
}

# value KEY: text of a member that occurs once in the JSON line read.
value() { sed -n 's/.*"'"$1"'":"\([^"]*\)".*/\1/p'; }

build() {
    (cd "$source_dir" && cmake --preset release -B "$build_dir") && cmake --build "$build_dir" --target pumpctl pumpsim
}

prepare() {
    title 'Packages and build'
    sh "$source_dir/cli/install-packages.sh" build || fail 'the packages above are missing'
    if ! build >"$work/build.log" 2>&1; then
        tail -n 40 "$work/build.log" >&2
        fail 'the build failed; its last lines are above'
    fi
    "$pumpctl" --version
}

keep=false
# shellcheck disable=SC2317 # called by the trap
clean_up() {
    status=$?
    trap - EXIT INT TERM HUP
    if $keep; then exit "$status"; fi
    if [ -d "$PUMPCTL_STATE_DIR/sims/$name" ] && ! "$pumpctl" sim stop "$name" >"$work/stop.log" 2>&1; then
        cat "$work/stop.log" >&2
        status=1
    fi
    rm -rf "$work"
    exit "$status"
}

# The runtime directory of another user (su, sudo) is of no use; without one there is a place in /tmp.
if [ -n "${XDG_RUNTIME_DIR:-}" ] && [ ! -w "$XDG_RUNTIME_DIR" ]; then unset XDG_RUNTIME_DIR; fi
work=$(mktemp -d)
PUMPCTL_STATE_DIR=$work/state
export PUMPCTL_STATE_DIR
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

prepare

title 'A virtual pump with 30 days of history'
run 0 sim start "$name" serial "$serial"

title 'Find it and read it'
run 0 scan
run 0 status
run 0 log pull
run 0 log show limit 5
run 0 program show

title 'A dose with its decimal point moved is refused; nothing is sent'
run 4 program check "$drug" "$moved_point"

title 'The new dose: checked, and side by side with the running one'
run 0 program check "$drug" "$dose"
run 0 program diff "$drug" "$dose"

title 'Confirm, write, read back'
confirmed="$serial $drug $dose"
if $interactive; then
    run 0 program apply "$drug" "$dose"
else
    # The trainer is the operator of every virtual pump; a real passphrase comes from nowhere else than a descriptor.
    run 0 --passphrase-fd 3 program apply "$drug" "$dose" --confirm "$confirmed" 3<<END
training
END
fi

title 'What the pump says now'
run 0 status
run 0 log pull
run 0 log show limit 2
run 0 audit verify

# The screens above are for people; these three answers are compared.
shown=$("$pumpctl" program show --json) || fail 'the program could not be read back'
order=$("$pumpctl" log show limit 20 --json | grep '"record":"order"' | tail -n 1) ||
    fail 'the pump logged no order'
audit=$("$pumpctl" audit verify --json) || fail 'the audit trail does not verify'

read_back="$(printf '%s\n' "$shown" | value serial) $(printf '%s\n' "$shown" | value drug) $(
    printf '%s\n' "$shown" | sed -n 's|.*"daily_dose":{"value":"\([^"]*\)","unit":"mg/d".*|\1 mg/day|p')"
[ "$read_back" = "$confirmed" ] || fail "confirmed: $confirmed; read back: $read_back"
digest=$(printf '%s\n' "$shown" | value digest)
recorded=$(printf '%s\n' "$order" | value active-digest)
[ "${digest:-none}" = "$recorded" ] ||
    fail "the program that runs is not the one of the pump's own record of the order"
case $audit in
*'"verified":true'*) ;;
*) fail 'the audit trail does not verify' ;;
esac
records=$(printf '%s\n' "$audit" | sed -n 's/.*"records":\([0-9]*\).*/\1/p')

title 'Done'
cat <<END
Confirmed         $confirmed
Read back         $read_back
                  The pump's read-back equals what was confirmed, and so does its own record of the order.
Audit trail       verifies: $records records, each as it was written.
END

if $interactive; then
    keep=true
    cat <<END

The virtual pump goes on running. Try next:
  export PUMPCTL_STATE_DIR=$PUMPCTL_STATE_DIR
  $pumpctl                              # the shell; type: help
  $pumpctl sim advance $name 7d    # a week passes; then: log pull
  $pumpctl therapy stop --dry-run       # what getting safe would do
The passphrase of the operator trainer is: training
To end it:
  $pumpctl sim stop $name && rm -r $work
END
else
    cat <<END

The virtual pump was stopped and removed. Try next:
  $pumpctl sim start     # a virtual pump of your own
  $pumpctl status        # what it does now
  $pumpctl               # the shell; type: help
END
fi
