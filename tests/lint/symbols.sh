#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# protocol/ is pure: what its release objects need from outside is exactly the list in allowed-symbols.
# A name that is in the list and no longer needed is a finding too, so the list says what is true.
# All of it was compiled under a flag with which the compiler refuses floating point.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
libraries=
for name in pump_therapy pump_wire pump_session pump_engine pump_model; do
    library=$RELEASE_DIR/protocol/lib$name.a
    [ -s "$library" ] || { echo "symbols: $library is missing"; exit 1; }
    libraries="$libraries $library"
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C
# shellcheck disable=SC2086 # one word for each library
nm -A --undefined-only $libraries | sed -n 's/.* U //p' | sort -u >"$work/needed"
# shellcheck disable=SC2086
nm --defined-only --extern-only $libraries | awk 'NF == 3 { print $3 }' | sort -u >"$work/defined"
[ -s "$work/defined" ] || { echo "symbols: the libraries define nothing"; exit 1; }
comm -23 "$work/needed" "$work/defined" >"$work/outside"
sed 's/[ \t]*#.*//; /^$/d' "${ALLOWED_SYMBOLS:-$here/allowed-symbols}" | sort -u >"$work/allowed"

status=0
for symbol in $(comm -23 "$work/outside" "$work/allowed"); do
    echo "symbols: $symbol is not allowed in protocol/; needed by:"
    # shellcheck disable=SC2086
    nm -A --undefined-only $libraries | grep " U $symbol\$" | sed 's/^/    /'
    status=1
done
for symbol in $(comm -13 "$work/outside" "$work/allowed"); do
    case $symbol in
    mem* | __*) ;; # the compiler decides whether it calls these
    *)
        echo "symbols: $symbol is allowed and nothing needs it; take it out of allowed-symbols"
        status=1
        ;;
    esac
done
commands=$RELEASE_DIR/compile_commands.json
[ -s "$commands" ] || { echo "symbols: $commands is missing"; exit 1; }
if ! grep '"command": .* -c .*/protocol/' "$commands" >"$work/compiled"; then
    echo "symbols: nothing of protocol/ was compiled"
    status=1
elif grep -v -- ' -mgeneral-regs-only ' "$work/compiled"; then
    echo "symbols: compiled above without -mgeneral-regs-only"
    status=1
fi
if echo 'double half(int a); double half(int a) { return a * 0.5; }' |
    cc -mgeneral-regs-only -x c -c - -o "$work/float.o" 2>"$work/refusal"; then
    echo "symbols: this compiler takes floating point under -mgeneral-regs-only"
    status=1
fi
echo "symbols: $(wc -l <"$work/outside") from outside, $(wc -l <"$work/defined") of its own"
exit $status
