#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The harness itself fails where it must: refused kernel, missing program, failed step, guest without an end.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# must_fail TEXT WORDS COMMAND…: ends with code 1 and says the words.
must_fail() {
    text=$1 words=$2
    shift 2
    code=0
    "$@" >"$work/output" 2>&1 || code=$?
    if [ "$code" -eq 1 ] && grep -q -- "$words" "$work/output"; then
        echo "ok - $text"
    else
        failures=$((failures + 1))
        echo "not ok - $text: exit $code"
        tail -n 20 "$work/output"
    fi
}

mkdir -p "$work/package/DEBIAN"
printf 'Package: linux-image-x\nVersion: 6.1.190-1\nArchitecture: amd64\nMaintainer: x <x@x.invalid>\nDescription: x\n' \
    >"$work/package/DEBIAN/control"
dpkg-deb --build "$work/package" "$work/crashing.deb" >/dev/null
must_fail "a kernel that crashes on link loss is refused" "must not run these tests" \
    env PUMPCTL_VM_KERNEL_DEB="$work/crashing.deb" sh "$here/kernel.sh" "$work/kernel"
must_fail "a program that is not built fails the run" "is not built" \
    env RELEASE_DIR="$work" sh "$here/run.sh" radio pumpctl
must_fail "a failed step fails the run" "not ok 2 - false holds" sh "$here/run.sh" failing
must_fail "a guest without an end fails the run" "no exit code from the guest" \
    env VM_LIMIT_S=1 sh "$here/run.sh" failing
[ "$failures" -eq 0 ]
