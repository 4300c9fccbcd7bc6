#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# No variable outlives a call except in cli/shell.c (readline's callbacks carry no argument): no object file of
# the release build has a symbol in a writable section. Constant tables with addresses (.data.rel.ro) are free.
set -eu
export LC_ALL=C
find "$RELEASE_DIR" -path "$RELEASE_DIR/[bcp]*" -name '*.c.o' ! -path '*/tests/*' >"${TMPDIR:-/tmp}/variables.$$"
trap 'rm -f "${TMPDIR:-/tmp}/variables.$$"' EXIT
looked_at=0
status=0
while read -r object; do
    looked_at=$((looked_at + 1))
    case $object in */cli/shell.c.o | */cli_core.dir/shell.c.o) continue ;; esac
    found=$(objdump -t "$object" | awk '
        $NF !~ /^\./ && / O / && / \.(data|bss|tdata|tbss)(\.[^ ]*)?\t| \*COM\*\t/ && !/ \.data\.rel\.ro/ { print $NF }')
    for symbol in $found; do
        echo "variables: $symbol in ${object#"$RELEASE_DIR"/}"
        status=1
    done
done <"${TMPDIR:-/tmp}/variables.$$"
[ "$looked_at" -gt 0 ] || { echo "variables: no object files in $RELEASE_DIR"; exit 1; }
echo "variables: $looked_at object files"
exit $status
