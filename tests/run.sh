#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: run.sh [--quick | --long] [LABEL…]
# Installs what the tests need, builds with sanitizers and runs the suites (all, or the labels named:
# unit vectors sim shell fuzz vm formal lint bench). --quick leaves out vm, formal and bench and fuzzes a tenth;
# --long fuzzes twenty times as much and repeats vm twenty times. Needs no terminal; the network only for missing packages.
# Exit: 0 every test of every wanted suite passed; 1 otherwise, also when a suite ran no test.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
source=$(dirname "$here")
build=$source/build/asan
fuzz_percent=100
repeats=0
labels=
all='unit vectors sim shell fuzz vm formal lint bench'
for argument in "$@"; do
    case $argument in
    --quick) fuzz_percent=10 all='unit vectors sim shell fuzz lint' ;;
    --long) fuzz_percent=2000 repeats=20 ;;
    unit | vectors | sim | shell | fuzz | vm | formal | lint | bench) labels="${labels:+$labels }$argument" ;;
    *)
        sed -n '3,7s/^# //p' "$0" >&2
        exit 1
        ;;
    esac
done
labels=${labels:-$all}
started=$(date +%s)

# step TEXT COMMAND…: quiet while it works, everything shown when it does not.
step() {
    text=$1
    shift
    echo "$text"
    if ! "$@" >"$log" 2>&1; then
        grep -vE '^\[[0-9]+/[0-9]+\] (Building|Linking)' "$log"
        echo "tests: FAILED at: $text"
        exit 1
    fi
}

log=$(mktemp)
trap 'rm -f "$log" "$log.code" "$log.end"' EXIT
sh "$source/cli/install-packages.sh" build test || exit 1
case " $labels " in *' vm '*) step "Guest kernel" sh "$here/vm/kernel.sh" "$build/vm/kernel" ;; esac
step "Configuring build/asan" cmake -S "$source" --preset asan "-DPUMPCTL_FUZZ_PERCENT=$fuzz_percent"
step "Building with AddressSanitizer and UndefinedBehaviorSanitizer" cmake --build "$build"

pattern=$(echo "$labels" | tr ' ' '|')
echo "Running the suites: $labels"
# The summary is held back, so that it stands at the end, below the suites.
{
    code=0
    ctest --test-dir "$build" -j 2 -L "^($pattern)\$" --output-on-failure --no-tests=error \
        --output-junit "$build/results.xml" 2>&1 || code=$?
    echo "$code" >"$log.code"
} | awk -v end="$log.end" '/^[0-9]+% tests passed/ { held = 1 } held { print >end; next } { print; fflush() }'
code=$(cat "$log.code")
cp "$build/Testing/Temporary/LastTest.log" "$build/tests.log" # the next call of ctest writes a new one
grep -E '^(bench|formal|cases|fuzz): ' "$build/tests.log" || true
awk '/^fuzz: / { targets++; executions += $3 }
    END { if (targets) printf "fuzz: %d executions of %d targets in all\n", executions, targets }' "$build/tests.log"

suites=0
# shellcheck disable=SC2086 # one word for each label
"$here/support/suites.py" "$build" "$build/results.xml" $labels || suites=1
echo
cat "$log.end" 2>/dev/null || true
case " $labels " in *' vm '*)
    if [ "$repeats" -gt 0 ]; then BUILD_DIR=$build sh "$here/vm/repeat.sh" "$repeats" || code=1; fi
    ;;
esac
seconds=$(($(date +%s) - started))
if [ "$code" -ne 0 ] || [ "$suites" -ne 0 ]; then
    echo "tests: FAILED after $seconds s. Full output: build/asan/tests.log"
    exit 1
fi
echo "tests: all suites passed in $seconds s ($labels)"
