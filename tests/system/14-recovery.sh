#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The target dies and comes back under verified I/O; the daemon is killed under
# I/O; a target that stays away ends the wait.
#
#   initiator 10.1.1.1 --veth-1-- 10.1.1.2 tgt1: tgt, a file
#             10.1.2.1 --veth-2-- 10.1.2.2 tgt2: LIO, a file

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/session.sh
. "$(dirname "$0")/session.sh"

tgt_iqn=iqn.2026-11.org.example:tgt
lio_iqn=iqn.2026-11.org.example:lio

tgt_up() { tgt_start tgt1 10.1.1.2 $tgt_iqn /var/tmp/tgt.img; }
lio_up() { lio_start tgt2 10.1.2.2 $lio_iqn --file /var/tmp/lio.img; }

fio_run=0
# fio_start DISK: verified I/O in the background, until fio_done. However long
# what the script does meanwhile takes.
fio_start() {
	rm -f /tmp/under.*
	while [[ ! -e /tmp/under.enough ]]; do
		fio --name=under --filename="$1" --rw=randrw --bs=16k --size=32m \
			--direct=1 --ioengine=libaio --iodepth=8 --time_based \
			--runtime=5 --verify=crc32c --verify_fatal=1 \
			--verify_backlog=64 --write_lat_log=/tmp/under.$((++fio_run)) \
			--output=/tmp/under.out || return 1
	done &
	fio_pid=$!
}

fio_done() {
	touch /tmp/under.enough
	wait "$fio_pid" || { cat /tmp/under.out; fail "fio saw an error"; }
}

writes_more_than() { (($(counter "$1" tx_commands) > $2)); }
busy() {
	local before
	before=$(counter "$1" tx_commands)
	wait_for writes_more_than "$1" $((before + 50))
}
state_is() { [[ $(session "$1" .session.state) == "$2" ]]; }

# die_and_return NICKNAME DOWN UP
die_and_return() {
	local nickname=$1 down=$2 up=$3 round before
	log_in "$nickname"
	fio_start "${disks[0]}"
	for round in 1 2; do
		say "$nickname: the target goes away, round $round"
		busy "$nickname"
		before=$(counter "$nickname" recoveries)
		$down
		wait_for state_is "$nickname" FAILED
		$up
		wait_for state_is "$nickname" LOGGED_IN
		busy "$nickname"
		assert_eq "$(counter "$nickname" recoveries)" $((before + 1)) recoveries
	done
	fio_done
	fio_verify "${disks[0]}" 64k
	log_out "$nickname"
}

tgt_down() { tgt_stop tgt1; }
lio_down() { lio_stop $lio_iqn; }

net_add tgt1 1
net_add tgt2 2
tgt_up
lio_up
load_module
iscsid_config <<END
tgt { TargetName = $tgt_iqn; TargetAddress = 10.1.1.2 }
lio { TargetName = $lio_iqn; TargetAddress = 10.1.2.2 }
short { TargetName = $tgt_iqn; TargetAddress = 10.1.1.2
	ReplacementTimeout = 3 }
END
iscsid_start
die_and_return tgt tgt_down tgt_up
die_and_return lio lio_down lio_up

say "iscsid is killed under I/O, which does not notice"
log_in lio
fio_start "${disks[0]}"
busy lio
id=$(session lio .session.session)
iscsid_kill
sleep 3 # I/O without a daemon is the thing shown
iscsid_start
assert_eq "$(session lio .session.session)" "$id" "session adopted"
assert_not_counted lio recoveries
fio_done
# Each line: milliseconds, latency in nanoseconds, ...
slowest=$(sort -t, -k2,2n /tmp/under.*_lat.*.log | tail -1 | cut -d, -f2 | tr -d ' ')
say "slowest I/O: $((slowest / 1000000)) ms"
most=1000
! on_debug || most=3000 # one that waited for a daemon would have taken more
assert test $((slowest / 1000000)) -lt $most

say "iscsid is killed, the connection is lost, the next iscsid recovers it"
iscsid_kill
lio_down
lio_up
iscsid_start
wait_for state_is lio LOGGED_IN
assert_eq "$(session lio .session.session)" "$id" "session kept"
fio_verify "${disks[0]}" 64k
log_out lio

say "recovery_tmo ends the wait for a target that stays away"
log_in short
tgt_down
wait_for state_is short FAILED
started=$SECONDS
assert_fails dd if="${disks[0]}" of=/dev/null bs=4k count=1 iflag=direct
assert test $((SECONDS - started)) -lt 15
say "and the session still comes back with the target"
tgt_up
wait_for state_is short LOGGED_IN
fio_verify "${disks[0]}" 4k
log_out short
finish
