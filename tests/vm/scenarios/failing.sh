# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# For selftest.sh: one step that holds and one that does not; the run as a whole must fail.
. /lib/guest.sh
expect "true holds" true
expect "false holds" false
finish
