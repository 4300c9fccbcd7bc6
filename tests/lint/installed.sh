#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What gets installed is exactly this, and none of it is a test build: the client without its checks stays in the build folder.
set -eu
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
DESTDIR="$work/root" cmake --install "$BUILD_DIR" >"$work/told"
(cd "$work/root" && find . -type f -printf '%f\n') | sort >"$work/files"
printf '%s\n' pumpctl pumpctl-adapter pumpsim >"$work/wanted"
diff "$work/wanted" "$work/files" || { echo "installed: not exactly the product's programs"; exit 1; }
wraps() {
    nm --defined-only "$1" | awk '$3 ~ /^__wrap_/ { count++ } END { print count + 0 }'
}
find "$work/root" -type f | while read -r file; do
    [ "$(wraps "$file")" -eq 0 ] || { echo "installed: $file has functions replaced at link time"; exit 1; }
done
# The test build must have them: otherwise this looks for a name that nothing carries.
[ "$(wraps "$BUILD_DIR/tests/shell/pumpctl-unchecked")" -gt 0 ] || { echo "installed: nothing to tell a test build by"; exit 1; }
echo "installed: $(wc -l <"$work/files") programs, none of them a test build"
