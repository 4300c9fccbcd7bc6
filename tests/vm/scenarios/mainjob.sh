# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# The main job over the kernel's L2CAP CID 4: status, program, log, and the link cut in the middle of a commit.
. /lib/guest.sh
. /lib/pump.sh

radio_start
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

# cut_at PACKET DOSE RATE: the link drops before that packet of an order for DOSE, which is RATE in mL per day.
# Where pumpctl ends with 9, reconcile must say what the pump's own body shows.
cut_at() {
    pumpctl sim fault vm drop "$1" before >/dev/null 2>&1 || give_up "no fault can be ordered"
    apply morphine "$2" mg/day >/tmp/out 2>/tmp/err
    code=$?
    pumpctl sim fault vm release >/dev/null 2>&1
    runs=$(pump_rate)
    echo "cut before packet $1: exit $code, the pump runs $runs mL per day"
    case $code in
    9) ;;
    6) return 0 ;; # before the commit
    *) give_up "packet $1: exit $code" /tmp/out /tmp/err ;;
    esac
    grep -q 'OUTCOME UNKNOWN' /tmp/err || fail "packet $1: the words OUTCOME UNKNOWN are missing"
    programmer --json reconcile >/tmp/out 2>/tmp/err || fail "packet $1: reconcile: $(tail -n 3 /tmp/err)"
    verdict=$(field outcome /tmp/out)
    case $runs,$verdict in
    "$3",APPLIED) applied=$((applied + 1)) ;;
    "$3",* | *,APPLIED) fail "packet $1: the pump runs $runs mL per day, reconcile says ${verdict:-nothing}" ;;
    *,NOT_SENT | *,REFUSED) not_applied=$((not_applied + 1)) ;;
    *) fail "packet $1: reconcile says ${verdict:-nothing}" ;;
    esac
    [ "$(pump_rate)" = "$runs" ] || fail "packet $1: the pump changed while it was settled"
}

applied=0
not_applied=0
packet=$((staged - 4))
until [ "$applied" -gt 0 ] && [ "$not_applied" -gt 0 ]; do
    [ "$packet" -lt $((staged + 40)) ] || give_up "no cut gives both sides of UNKNOWN ($applied, $not_applied)"
    # The pump runs another dose than the one ordered, so that its rate tells.
    if [ "$(pump_rate)" = 0.11 ]; then
        cut_at "$packet" 1.2 0.12
    else
        cut_at "$packet" 1.1 0.11
    fi
    packet=$((packet + 1))
done
pass "cut in the commit, not applied by the pump: exit 9, settled as not sent or refused"
pass "cut in the commit, applied by the pump: exit 9, settled as applied"

expect_code 0 "after every cut an order succeeds" apply morphine 1 mg/day
expect "and runs" test "$(pump_rate)" = 0.1
expect_code 0 "the audit trail verifies" pumpctl audit verify
finish
