#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Each header compiles alone, with only the folders that its own library sees.
set -eu
flags='-std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only -x c'
packages=$(pkg-config --cflags libsodium bluez readline libcjson sqlite3 smartcols)
looked_at=0
status=0

# folders_of HEADER: include folders, in the order of the libraries.
folders_of() {
    case $1 in
    protocol/therapy/*) echo protocol/therapy ;;
    protocol/wire/*) echo protocol/wire protocol/therapy ;;
    protocol/session/*) echo protocol/session protocol/wire protocol/therapy ;;
    protocol/engine/*) echo protocol/engine protocol/session protocol/wire protocol/therapy ;;
    protocol/*) echo protocol/pump_model protocol/pump_model/firmware protocol/pump_model/body \
        protocol/session protocol/wire protocol/therapy ;;
    bt/link/*) echo bt/link ;;
    bt/att/*) echo bt/att bt/link ;;
    bt/*) echo "$(dirname "$1")" bt/att bt/link ;;
    cli/store/*) echo cli/store ;;
    cli/sim/*) echo cli/sim cli/store bt/peripheral bt/mgmt bt/att bt/link protocol/pump_model protocol/pump_model/firmware \
        protocol/pump_model/body protocol/session protocol/wire protocol/therapy ;;
    *) echo cli cli/commands cli/output cli/session cli/wireless cli/store bt/central bt/mgmt bt/att bt/link \
        protocol/engine protocol/session protocol/wire protocol/therapy ;;
    esac
}

cd "$SOURCE_DIR"
for header in $(find protocol bt cli -name '*.h' | sort); do
    looked_at=$((looked_at + 1))
    folders=
    for folder in $(folders_of "$header"); do folders="$folders -I$folder"; done
    # shellcheck disable=SC2086 # lists of flags
    said=$("${CC:-cc}" $flags $folders $packages "$header" 2>&1) || {
        echo "headers: $header does not compile alone"
        printf '%s\n' "$said" | head -n 6
        status=1
    }
done
[ "$looked_at" -gt 0 ] || { echo "headers: none found"; exit 1; }
echo "headers: $looked_at looked at"
exit $status
