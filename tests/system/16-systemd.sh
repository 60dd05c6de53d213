#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: --systemd
#
# The unit as installed: starts, says when it is ready, is restarted when it is
# killed, works inside its sandbox, and leaves sessions alone when it stops.
#
#   initiator 10.1.1.1 --veth-1-- 10.1.1.2 tgt1: LIO

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/session.sh
. "$(dirname "$0")/session.sh"

iqn=iqn.2026-11.org.example:unit

unit() { systemctl show -P "$1" iscsid; }
restarts_are() { [[ $(unit NRestarts) == "$1" && $(unit ActiveState) == active ]]; }
memory_limit() { unit MemoryMax; }
# PF_MEMALLOC_NOIO, by thread, as PR_SET_IO_FLUSHER sets it: their memory is one heap.
waits_for_no_disk() {
	sed 's/.*) //' /proc/"$(unit MainPID)"/task/*/stat |
		awk '{ print int($7 / 524288) % 2 }' | sort -u
}

net_add tgt1 1
lio_start tgt1 10.1.1.2 $iqn
iscsid_config <<END
unit { TargetName = $iqn; TargetAddress = 10.1.1.2 }
END

say "start returns when iscsid is ready, the module with it"
run systemctl start iscsid
assert_eq "$(unit Type)" notify
assert test -e /sys/module/iscsi_initiator
run iscsictl list
assert_eq "$(memory_limit)" infinity MemoryMax

say "no thread's memory waits for a disk"
assert_eq "$(waits_for_no_disk)" 1 "PF_MEMALLOC_NOIO of all threads"

say "a whole session from inside the sandbox"
for setting in NoNewPrivileges ProtectHome MemoryDenyWriteExecute; do
	assert_eq "$(unit $setting)" yes "$setting"
done
assert_eq "$(unit ProtectSystem)" strict
run systemd-analyze security --no-pager iscsid | tail -1
log_in unit
fio_verify "${disks[0]}" 64k

say "killed, it is back, and has its session"
id=$(session unit .session.session)
run systemctl kill -s KILL iscsid
wait_for restarts_are 1
wait_for iscsictl list
assert_eq "$(session unit .session.session)" "$id" "session adopted"
assert_not_counted unit conn_failures
fio_verify "${disks[0]}" 64k

say "stopped, it leaves the session as it is"
run systemctl stop iscsid
fio_verify "${disks[0]}" 64k
run systemctl start iscsid
assert_eq "$(session unit .session.session)" "$id" "session adopted"

say "reload takes a new stanza"
iscsid_config <<END
unit { TargetName = $iqn; TargetAddress = 10.1.1.2 }
other { TargetName = $iqn; TargetAddress = 10.1.1.2 }
END
run systemctl reload iscsid
log_out unit
log_in other
log_out other
run systemctl stop iscsid
finish
