# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# The main job over the kernel's L2CAP CID 4: status, program, log, and the link cut in the middle of a commit.
. /lib/guest.sh
. /lib/pump.sh

radio_start -L -l2
pump_start days 100

expect_code 0 "status is read" programmer status
expect "status says that the pump is virtual" grep -q 'VIRTUAL PUMP' /tmp/out
expect "status shows the running dose" grep -q '1.25 mg per day' /tmp/out

expect_code 2 "a dose without a unit is refused" programmer program check morphine 1.2
expect_code 0 "a program is checked" programmer program check morphine 1.2 mg/day
expect_code 5 "without its text nothing is written" programmer program apply morphine 1.2 mg/day
expect "the pump runs as before" test "$(pump_rate)" = 0.125
expect_code 0 "the program is written and read back" apply morphine 1.2 mg/day
expect "the pump's body runs it" test "$(pump_rate)" = 0.12
expect_code 0 "the program is shown" programmer program show
expect "as it was confirmed" grep -q '1.2 mg per day' /tmp/out

expect_code 0 "the log is pulled" programmer log pull
pumpctl --json sim log vm 2>/dev/null | sed -n 's/^{"sequence":\([0-9]*\),"raw":"\([0-9a-f]*\)"}.*/\1 \2/p' >/tmp/theirs
sqlite3 -separator ' ' "$PUMPCTL_STATE_DIR/archive.sqlite" \
    'SELECT seq, lower(hex(raw)) FROM record ORDER BY epoch, seq' >/tmp/ours
# What the pump wrote down after the pull is not in the archive yet.
last=$(tail -n 1 /tmp/ours | cut -d' ' -f1)
awk -v last="${last:-0}" '$1 <= last' /tmp/theirs >/tmp/theirs.then
count=$(wc -l </tmp/ours)
expect "at least 2,000 records: $count" test "$count" -ge 2000
expect "they are the pump's own list, byte for byte" cmp /tmp/ours /tmp/theirs.then

# Packets of an order up to the confirmation: a dry run stages and stops there.
before=$(pump_truth packets_exchanged)
expect_code 0 "a dry run" programmer --dry-run program apply morphine 1.1 mg/day
expect "which changes nothing" test "$(pump_rate)" = 0.12
staged=$(($(pump_truth packets_exchanged) - before))
echo "packets of a dry run: $staged"

# rate_of DOSE: mL per day of a dose in mg per day, at 10 mg per mL.
rate_of() { echo "$1" | awk '{ print $1 / 10 }'; }

# cut PACKET DOSE OLD: the link drops before that packet. UNKNOWN must be said as exit 9, and the next
# command must settle it as the pump's body shows.
cut_at() {
    pumpctl sim fault vm drop "$1" before >/dev/null 2>&1 || give_up "no fault can be ordered"
    apply morphine "$2" mg/day >/tmp/out 2>/tmp/err
    code=$?
    pumpctl sim fault vm release >/dev/null 2>&1
    runs=$(pump_rate)
    echo "cut before packet $1: exit $code, the pump runs $runs mL per day"
    [ "$code" -eq 9 ] || return 0
    programmer reconcile >/tmp/out 2>/tmp/err || fail "reconcile after packet $1: $(tail -n 3 /tmp/err)"
    if [ "$runs" = "$(rate_of "$2")" ]; then
        verdict=APPLIED applied=$((applied + 1))
    else
        verdict=REFUSED not_applied=$((not_applied + 1))
    fi
    cat /tmp/out
    grep -qi "$verdict" /tmp/out /tmp/err || fail "packet $1: reconcile does not say $verdict"
    [ "$(pump_rate)" = "$runs" ] || fail "packet $1: the pump changed while it was settled"
}

applied=0
not_applied=0
code=
dose=1.1
packet=$((staged - 4))
until [ "$applied" -gt 0 ] && [ "$not_applied" -gt 0 ]; do
    [ "$packet" -lt $((staged + 40)) ] || give_up "no cut gives both sides of UNKNOWN ($applied, $not_applied)"
    cut_at "$packet" "$dose"
    [ "$dose" = 1.1 ] && dose=1 || dose=1.1
    packet=$((packet + 1))
done
pass "cut in the commit, the pump had not applied it: exit 9, settled"
pass "cut in the commit, the pump had applied it: exit 9, settled"

expect_code 0 "after every cut an order succeeds" apply morphine 1.2 mg/day
expect "and runs" test "$(pump_rate)" = 0.12
expect_code 0 "the audit trail verifies" pumpctl audit verify
finish
