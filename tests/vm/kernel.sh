#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: kernel.sh FOLDER
# Puts the guest's kernel into FOLDER: vmlinuz, modules/NAME.ko and modules/order. The Debian package is
# unpacked, never installed. It comes, in this order, from PUMPCTL_VM_KERNEL_DEB, from the folder of
# downloads (PUMPCTL_TEST_CACHE, else the user's cache folder) or from apt-get download.
set -eu

fail() {
    echo "kernel.sh: $*" >&2
    exit 1
}

[ $# -eq 1 ] || { echo "usage: kernel.sh FOLDER" >&2; exit 2; }
folder=$1
cache=${PUMPCTL_TEST_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/pumpctl-tests}
# In the order of loading; those that a kernel has built in are left out.
modules='crc16 hmac sha512_generic ctr jitterentropy_rng drbg ecb cmac ecc ecdh_generic af_alg
algif_skcipher algif_hash rfkill bluetooth hci_vhci'

newest_download() {
    find "$cache" -maxdepth 1 -name 'linux-image-6.12.*-amd64_*_amd64.deb' 2>/dev/null | sort -V | tail -n 1
}

# Stale or empty lists of packages are the usual reason for a failed download.
refresh_lists() {
    if [ "$(id -u)" -eq 0 ]; then
        apt-get -q update
    else
        sudo -n apt-get -q update
    fi
}

download_into() {
    name=$(apt-cache depends linux-image-6.12-amd64 2>/dev/null |
        sed -n 's/^ *Depends: \(linux-image-6\.12\.[^ ]*-amd64\)$/\1/p' | tail -n 1)
    [ -n "$name" ] && (cd "$1" && apt-get -q -o Acquire::Retries=3 download "$name")
}

download() {
    mkdir -p "$cache"
    partial=$(mktemp -d "$cache/partial.XXXXXX")
    trap 'rm -rf "$partial"' EXIT
    if ! download_into "$partial" >"$partial/log" 2>&1; then
        refresh_lists >>"$partial/log" 2>&1 || true
        download_into "$partial" >>"$partial/log" 2>&1 || {
            cat "$partial/log" >&2
            fail "could not download linux-image-6.12-amd64's kernel. Enable bookworm-security, run" \
                "apt-get update as root, check the network, then run this again."
        }
    fi
    mv "$partial"/*.deb "$cache/"
}

deb=${PUMPCTL_VM_KERNEL_DEB:-$(newest_download)}
if [ -z "$deb" ]; then
    download
    deb=$(newest_download)
fi
[ -r "$deb" ] || fail "the kernel package is missing: ${deb:-no file}"

# A lost LE link crashes these kernels (use after free in l2cap_chan_put), so no result of theirs counts.
version=$(dpkg-deb -f "$deb" Version)
case $version in
6.1.18[789]* | 6.1.19[012]*) fail "kernel $version must not run these tests: it crashes when an LE link is lost." ;;
esac

mkdir -p "$folder"
exec 9>"$folder.lock"
flock 9
if [ "$(cat "$folder/version" 2>/dev/null)" = "$version" ]; then
    exit 0
fi
rm -rf "$folder"
mkdir -p "$folder/unpacked" "$folder/modules"
dpkg-deb --fsys-tarfile "$deb" |
    tar -x -C "$folder/unpacked" --wildcards './boot/vmlinuz-*' '*/modules.builtin' \
        '*/kernel/crypto/*' '*/kernel/lib/*' '*/kernel/arch/x86/crypto/*' \
        '*/kernel/net/bluetooth/bluetooth.ko*' '*/kernel/net/rfkill/*' '*/kernel/drivers/bluetooth/hci_vhci*' \
        2>"$folder/tar.log" || true
mv "$folder"/unpacked/boot/vmlinuz-* "$folder/vmlinuz" || fail "no kernel in $deb"
for module in $modules; do
    dashed=$(printf '%s' "$module" | tr _ -)
    file=$(find "$folder/unpacked" -name "$module.ko*" -o -name "$dashed.ko*" | head -n 1)
    case $file in
    *.ko) cp "$file" "$folder/modules/$module.ko" ;;
    *.ko.xz) xz -dc "$file" >"$folder/modules/$module.ko" ;;
    *)
        find "$folder/unpacked" -name modules.builtin -exec grep -qE "/($module|$dashed)\.ko$" {} + ||
            fail "module $module is neither in $deb nor built in"
        continue
        ;;
    esac
    echo "$module" >>"$folder/modules/order"
done
rm -rf "$folder/unpacked" "$folder/tar.log"
echo "$version" >"$folder/version"
