#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A silent target is found out within PingInterval and PingTimeout, with I/O and
# without; a slow one is left alone. C-097 C-096
#
#   initiator 10.1.1.1 --veth-1, MTU 1500-- 10.1.1.2 tgt1: iscsi_target

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/session.sh
. "$(dirname "$0")/session.sh"
# shellcheck source=tests/system/target.sh
. "$(dirname "$0")/target.sh"

addr=10.1.1.2
interval=2
timeout=2
resume=6 # an attempt to connect under way, the pause after it, a login
slack=4 # seconds until we see what has happened, on a machine that is busy
! on_debug || slack=20

state_is() { [[ $(session disk .session.state) == "$1" ]]; }
counted_more() { (($(counter disk "$1") > $2)); }

# more NAME [BY]: waits until a counter has risen.
more() {
	local before
	before=$(counter disk "$1")
	wait_for -t 60 counted_more "$1" $((before + ${2:-0}))
}

# Nothing passes any more, and nobody is told.
hole() {
	in_ns tgt1 nft -f - <<'END'
table inet hole {
	chain in { type filter hook input priority 0; policy drop; }
	chain out { type filter hook output priority 0; policy drop; }
}
END
}
fill_hole() { in_ns tgt1 nft delete table inet hole; }

# fio_start: verified I/O in the background, until fio_done.
fio_start() {
	rm -f /tmp/under.*
	while [[ ! -e /tmp/under.enough ]]; do
		fio --name=under --filename="${disks[0]}" --rw=randrw --bs=16k \
			--size=16m --direct=1 --ioengine=libaio --iodepth=8 \
			--time_based --runtime=5 --verify=crc32c \
			--verify_fatal=1 --verify_backlog=64 \
			--output=/tmp/under.out || return 1
	done &
	fio_pid=$!
}

fio_done() {
	touch /tmp/under.enough
	wait "$fio_pid" || { cat /tmp/under.out; fail "fio saw an error"; }
}

# expect_found_out BEGIN: the session fails, in time and not before.
expect_found_out() {
	local took
	wait_for state_is FAILED
	took=$((SECONDS - $1))
	say "found out after $took s"
	assert test $took -ge $((timeout - 1))
	assert test $took -le $((interval + timeout + slack))
	# By now the session may tell why it cannot log in again.
	wait_for grep -q 'no sign of life after a ping' "$daemon_log"
}

net_add tgt1 1
load_module
iscsid_config <<END
disk { TargetName = $target_iqn; TargetAddress = $addr; DefaultTime2Wait = 0
	PingInterval = $interval; PingTimeout = $timeout }
END
iscsid_start
target_start tgt1 $addr:3260 --nop-interval 500 --key MaxBurstLength=4194304
target=$started

say "a target that pings is never asked"
log_in disk
assert_eq "$(session disk .session.ping_interval)" $interval
assert_eq "$(session disk .session.ping_timeout)" $timeout
more rx_nop_in $((interval * 3))
assert_not_counted disk tx_pings
log_out disk
target_stop "$target"

say "an idle target is asked, and answers"
target_start tgt1 $addr:3260 --key MaxBurstLength=4194304
target=$started
log_in disk
more tx_pings 2
more rx_pongs
assert_not_counted disk conn_failures

say "a target that stops, without I/O"
kill -STOP "$target"
expect_found_out $SECONDS
kill -CONT "$target"
wait_for -t 60 state_is LOGGED_IN
assert_eq "$(counter disk conn_failures)" 1

say "nothing passes, under I/O, for 20 s"
fio_start
more tx_commands 50
hole
begin=$SECONDS
expect_found_out $begin
sleep $((20 - (SECONDS - begin))) # the hole's length is the thing given
fill_hole
begin=$SECONDS
wait_for -t 60 state_is LOGGED_IN
more tx_commands 50
say "I/O goes on $((SECONDS - begin)) s after that"
assert test $((SECONDS - begin)) -le $((resume + slack))
fio_done
assert_eq "$(counter disk conn_failures)" 2

# At 1 Mbit/s one write takes 8 s to go out, twice as long as silence may last,
# and the target says nothing until it has it.
say "a link as slow as that is no failure"
before=$(counter disk tx_pings)
run tc qdisc add dev veth-1 root netem rate 1mbit
in_ns tgt1 tc qdisc add dev veth-1 root netem rate 1mbit
head -c 2M /dev/urandom >/var/tmp/pattern
run dd if=/var/tmp/pattern of="${disks[0]}" bs=1M oflag=direct status=none
assert counted_more tx_pings "$before"
run fio --name=slow --filename="${disks[0]}" --rw=randrw --bs=64k \
	--offset=4m --size=4m --direct=1 --ioengine=libaio --iodepth=16 \
	--time_based --runtime=10 --minimal --output=/tmp/fio.out
run tc qdisc del dev veth-1 root
in_ns tgt1 tc qdisc del dev veth-1 root
drop_caches
run dd if="${disks[0]}" of=/var/tmp/read bs=1M count=2 iflag=direct status=none
assert cmp /var/tmp/pattern /var/tmp/read
assert_eq "$(counter disk conn_failures)" 2
log_out disk
target_stop "$target"
finish
