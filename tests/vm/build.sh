#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: build.sh FOLDER KERNEL SCENARIO [PROGRAM…]
# Makes FOLDER/initramfs: busybox, the modules of KERNEL (a folder made by kernel.sh), BlueZ's tools, the
# programs named (paths) with the libraries that ldd names, and scenarios/SCENARIO.sh. No root needed.
set -eu

fail() {
    echo "build.sh: $*" >&2
    exit 1
}

[ $# -ge 3 ] || { echo "usage: build.sh FOLDER KERNEL SCENARIO [PROGRAM…]" >&2; exit 2; }
folder=$1 kernel=$2 scenario=$3
shift 3
here=$(cd "$(dirname "$0")" && pwd)
script=$here/scenarios/$scenario.sh
[ -r "$script" ] || fail "there is no scenario $scenario"

root=$folder/root
rm -rf "$root"
mkdir -p "$root/bin" "$root/sbin" "$root/lib" "$root/lib64" "$root/usr/bin" "$root/usr/sbin" "$root/dev" "$root/etc"

# add_program NAME|PATH: into /usr/bin, its libraries under their own paths.
add_program() {
    path=$(command -v "$1" || true)
    [ -n "$path" ] || fail "$1 is missing; cli/install-packages.sh test installs it"
    cp -L "$path" "$root/usr/bin/"
    ldd "$path" 2>/dev/null | awk '$2 == "=>" { print $3 } $1 ~ /^\// { print $1 }' |
        while read -r library; do
            mkdir -p "$root$(dirname "$library")"
            cp -L "$library" "$root$library"
        done
    if ldd "$path" 2>/dev/null | grep 'not found'; then fail "$path lacks a library"; fi
}

PATH=$PATH:/usr/sbin:/sbin
busybox=$(command -v busybox) || fail "busybox-static is missing"
! ldd "$busybox" >/dev/null 2>&1 || fail "$busybox is not static; install busybox-static"
cp "$busybox" "$root/bin/busybox"
ln -s busybox "$root/bin/sh"
for program in btvirt btmgmt btmon hciconfig gatttool l2test sqlite3 "$@"; do
    add_program "$program"
done
cp -r "$kernel/modules" "$root/modules"
cp "$here/guest/init" "$root/init"
chmod 755 "$root/init"
cp "$here/guest/lib.sh" "$root/lib/guest.sh"
cp "$here/guest/pump.sh" "$root/lib/pump.sh"
cp "$script" "$root/scenario.sh"
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
(cd "$root" && find . -print | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet) >"$folder/initramfs"
rm -rf "$root"
