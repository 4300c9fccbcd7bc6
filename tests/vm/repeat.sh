#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: repeat.sh TIMES
# Runs all scenarios of the vm suite that often, one run after the other, and prints how many scenarios failed in all. The console
# of a failed scenario is kept in BUILD_DIR/vm-failed. Exit: 0 none failed.
# Environment: BUILD_DIR (default build/asan of this source), VM_JOBS (guests at a time, default 2).
set -eu

[ $# -eq 1 ] || { echo "usage: repeat.sh TIMES" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD_DIR:-$here/../../build/asan}
kept=$build/vm-failed
failed=0
ran=0
mkdir -p "$kept"
started=$(date +%s)
for turn in $(seq "$1"); do
    begun=$(date +%s)
    ctest --test-dir "$build" -L '^vm$' -E selftest -j "${VM_JOBS:-2}" --no-tests=error >"$kept/turn-$turn" 2>&1 || true
    passed=$(grep -c ' Passed ' "$kept/turn-$turn" || true)
    bad=$(grep -c '\*\*\*' "$kept/turn-$turn" || true)
    ran=$((ran + passed + bad))
    failed=$((failed + bad))
    echo "vm turn $turn of $1: $passed passed, $bad failed, $(($(date +%s) - begun)) s"
    # A turn in which nothing ran is no turn without a failure.
    [ $((passed + bad)) -gt 0 ] || failed=$((failed + 1))
    if [ "$bad" -gt 0 ]; then
        grep '\*\*\*' "$kept/turn-$turn"
        cp "$build/Testing/Temporary/LastTest.log" "$kept/turn-$turn.log"
        # The next turn writes over the guests' folders.
        for console in "$build"/vm/*/console; do
            cp "$console" "$kept/turn-$turn-$(basename "$(dirname "$console")").console"
        done
    fi
done
echo "vm repeated $1 times: $ran runs of scenarios, $failed failed, $(($(date +%s) - started)) s"
[ "$failed" -eq 0 ]
