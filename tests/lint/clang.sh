#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The product compiles with a second compiler without a warning.
set -eu
cmake -S "$SOURCE_DIR" -B "$BUILD_DIR/clang" -G Ninja -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Debug \
    -DPUMPCTL_TESTS=OFF -DPUMPCTL_WERROR=ON
cmake --build "$BUILD_DIR/clang" -- -k 0
