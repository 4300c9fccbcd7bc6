#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: install-packages.sh SECTION…      (sections: build, test)
#        install-packages.sh --list SECTION…
# Installs what is missing from the sections of cli/packages, as root or through sudo.
# Where nothing is missing it asks for no right and leaves the network alone.
# Exit: 0 all present; 1 could not install; 2 usage.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
list=$here/packages
usage() {
    echo "usage: install-packages.sh [--list] build|test …" >&2
    exit 2
}

section() {
    awk -v wanted="[$1]" '
        /^\[/ { inside = ($0 == wanted); found = found || inside; next }
        inside && !/^#/ && NF { print $1 }
        END { exit !found }' "$list"
}

list_only=false
if [ "${1:-}" = --list ]; then
    list_only=true
    shift
fi
[ $# -gt 0 ] || usage
wanted=
for name in "$@"; do
    packages=$(section "$name") || usage
    wanted="$wanted $packages"
done
if $list_only; then
    # shellcheck disable=SC2086 # one word for each package
    printf '%s\n' $wanted
    exit 0
fi

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "install-packages: this is not a Debian system. Install by your own means:$wanted" >&2
    exit 1
fi

# A package that another one provides under this name (virtual package) counts as present.
missing_packages() {
    present=$(dpkg-query -W -f='${db:Status-Status} ${Package} ${Provides}\n' |
        sed -n 's/^installed //p' | sed 's/([^)]*)//g; s/,/ /g')
    for package in $wanted; do
        printf '%s\n' "$present" | tr -s ' ' '\n' | grep -qxF "$package" || printf ' %s' "$package"
    done
}

missing=$(missing_packages)
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
    as_root=
elif command -v sudo >/dev/null; then
    as_root='sudo'
else
    echo "install-packages: these Debian packages are missing:$missing" >&2
    echo "Nothing was installed, because this user is not root and there is no sudo. As root, run:" >&2
    echo "    apt-get install --no-install-recommends$missing" >&2
    exit 1
fi

# The lists may be stale and another package manager may hold a lock for a moment.
apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
        -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 "$@" </dev/null
}

echo "Installing Debian packages:$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for attempt in 1 2 3; do
    # A foreign source that does not answer must not stop the installation.
    apt update >"$log" 2>&1 || true
    # shellcheck disable=SC2086 # one word for each package
    if apt install --no-install-recommends $missing >>"$log" 2>&1; then
        break
    fi
    [ "$attempt" = 3 ] || sleep 10
done

missing=$(missing_packages)
if [ -n "$missing" ]; then
    tail -n 30 "$log" >&2
    echo "install-packages: could not install:$missing" >&2
    echo "The messages of apt-get are above. Check the network and the apt sources, then run this again." >&2
    exit 1
fi
