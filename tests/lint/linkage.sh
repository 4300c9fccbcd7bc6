#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# pumpctl contains no symbol of the pump model and none of the GATT server: it only ever talks to a pump.
set -eu
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
nm --defined-only --extern-only "$RELEASE_DIR/protocol/libpump_model.a" "$RELEASE_DIR/bt/libbt_peripheral.a" |
    awk 'NF == 3 { print $3 }' | sort -u >"$work/pump"
nm --defined-only "$RELEASE_DIR/cli/pumpctl" | awk 'NF == 3 { print $3 }' | sort -u >"$work/pumpctl"
nm --defined-only "$RELEASE_DIR/cli/pumpsim" | awk 'NF == 3 { print $3 }' | sort -u >"$work/pumpsim"
comm -12 "$work/pump" "$work/pumpctl" >"$work/both"
# pumpsim must have them: otherwise this test looks at names that no program carries.
for file in pump pumpctl; do
    [ -s "$work/$file" ] || { echo "linkage: no symbols to compare ($file)"; exit 1; }
done
[ "$(comm -12 "$work/pump" "$work/pumpsim" | wc -l)" -gt 0 ] || { echo "linkage: pumpsim lacks the pump"; exit 1; }
sed 's/^/linkage: pumpctl contains /' "$work/both"
[ ! -s "$work/both" ] || exit 1
echo "linkage: none of $(wc -l <"$work/pump") symbols of the pump side is in pumpctl"
