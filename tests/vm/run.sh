#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: run.sh SCENARIO[@KIND] [PROGRAM…]
# Boots the guest with scenarios/SCENARIO.sh and the programs (of the release build). KIND of the two virtual
# controllers: le (Bluetooth 4, Low Energy alone; the default) or dual (5.2, both modes).
# Exit: 0 every step of the scenario held; 1 a step failed or a part is missing; never "skipped".
# Environment: BUILD_DIR (work folder), RELEASE_DIR (programs), VM_LIMIT_S (wall clock, default 400), VM_COUNTED
# (set: the guest's clock counts instructions, so that its figures are the same on a busy host).
set -eu

[ $# -ge 1 ] || { echo "usage: run.sh SCENARIO [PROGRAM…]" >&2; exit 2; }
name=$1
scenario=${name%@*}
case $name in *@*) kind=${name#*@} ;; *) kind=le ;; esac
shift
here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD_DIR:-$here/../../build/asan}
release=${RELEASE_DIR:-$build/release}
folder=$build/vm/$(echo "$name" | tr @ -)
kernel=$build/vm/kernel
limit=${VM_LIMIT_S:-400}
mkdir -p "$folder"

command -v qemu-system-x86_64 >/dev/null || { echo "qemu-system-x86_64 is missing" >&2; exit 1; }
for program in "$@"; do
    path=$release/cli/$program
    [ -x "$path" ] || path=$release/tests/bench/programs/$program
    [ -x "$path" ] || path=$(PATH=/usr/sbin:/usr/bin:/sbin:/bin command -v "$program" || true)
    [ -x "$path" ] || { echo "$program is not built in $release" >&2; exit 1; }
    set -- "$@" "$path"
    shift
done
sh "$here/kernel.sh" "$kernel"
sh "$here/build.sh" "$folder" "$kernel" "$scenario" "$@"

# timeout ends this one guest and nothing else. A busy host starves the guest: that is no lockup of its kernel, and no
# failure of the kernel's own cryptography.
# shellcheck disable=SC2086 # an option and its value, or nothing
timeout "$limit" qemu-system-x86_64 -accel tcg ${VM_COUNTED:+-icount shift=2,sleep=off} -m 512 -smp 1 \
    -nographic -no-reboot -net none \
    -kernel "$kernel/vmlinuz" -initrd "$folder/initramfs" \
    -append "console=ttyS0 quiet panic=-1 nosoftlockup cryptomgr.notests radio=$kind" </dev/null >"$folder/console" 2>&1 ||
    echo "run.sh: the guest was stopped after $limit s or qemu failed" >>"$folder/console"

tr -d '\r' <"$folder/console" | sed -n '/guest: up/,$p' | sed 's/.*guest: up/guest: up/' >"$folder/result"
if [ -s "$folder/result" ]; then cat "$folder/result"; else tail -n 40 "$folder/console"; fi
code=$(sed -n 's/^GUEST EXIT \([0-9]*\)$/\1/p' "$folder/result" | tail -n 1)
if [ "$code" != 0 ]; then
    echo "vm $name: FAILED (${code:-no exit code from the guest})"
    exit 1
fi
echo "vm $name: all steps held"
