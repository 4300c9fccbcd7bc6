#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the optimised build in RELEASE_DIR, warnings as errors: what the users get, for the suites that look at it.
set -eu
cmake -S "$SOURCE_DIR" --preset release -B "$RELEASE_DIR" -DPUMPCTL_WERROR=ON -DPUMPCTL_BENCH=ON
cmake --build "$RELEASE_DIR"
