#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every script passes its checker: shellcheck for shell, Python's own compiler for Python.
set -eu
cd "$SOURCE_DIR"
list=$(mktemp)
trap 'rm -f "$list"' EXIT
find cli tests completions .ci -type f 2>/dev/null | sort | while read -r file; do
    case $(head -c 64 "$file" | head -n 1 | tr -d '\0') in
    '#!/bin/sh'* | '#!/bin/bash'* | '#!/usr/bin/env bash'*) echo "$file" ;;
    *) case $file in *.sh) echo "$file" ;; esac ;;
    esac
done >"$list"
[ -s "$list" ] || { echo "scripts: none found"; exit 1; }
status=0
# Scenarios share variables with what they source, which lies elsewhere when they run (guest).
while read -r file; do
    case $file in tests/vm/scenarios/* | tests/vm/guest/*) set -- -e SC1091,SC2034,SC2154 ;; *) set -- ;; esac
    shellcheck "$@" "$file" || status=1
done <"$list"
find cli tests completions -name '*.py' 2>/dev/null | while read -r file; do
    python3 -c 'import ast, sys; ast.parse(open(sys.argv[1], encoding="utf-8").read(), sys.argv[1])' "$file" ||
        echo "$file" >>"$list.bad"
done
if [ -e "$list.bad" ]; then
    rm -f "$list.bad"
    status=1
fi
echo "scripts: $(wc -l <"$list") shell scripts"
exit $status
