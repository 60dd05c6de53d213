#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Logout: caches are flushed before the Logout Request, the module stays as long
# as a session lives, a disk in use is not taken away unasked.
#
#   initiator 10.1.1.1 --veth-1-- 10.1.1.2 tgt1: LIO, a file with a write cache

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/session.sh
. "$(dirname "$0")/session.sh"

iqn=iqn.2026-11.org.example:cache

# The order of opcodes that reached the target: the first byte of each SCSI
# Command's CDB, and L for a Logout Request.
trace=/sys/kernel/tracing
trace_start() {
	mountpoint -q $trace || mount -t tracefs tracefs $trace
	echo 1 >$trace/events/target/target_sequencer_start/enable
	echo >$trace/trace
}

net_add tgt1 1
lio_start tgt1 10.1.1.2 $iqn --file /var/tmp/cache.img
# fileio with write-back says that it has a cache
echo 1 >"$(echo /sys/kernel/config/target/core/fileio_*/lun0)/attrib/emulate_write_cache"
load_module
iscsid_config <<END
cache { TargetName = $iqn; TargetAddress = 10.1.1.2 }
END
iscsid_start
log_in cache
assert_eq "$(cat "/sys/block/${disks[0]##*/}/queue/write_cache")" "write back"

say "the module cannot go while a session lives"
assert_fails modprobe -r iscsi_initiator

say "a mounted disk is refused, and the holder named"
run mkfs.ext4 -q "${disks[0]}"
run mount "${disks[0]}" /mnt
refusal=$(iscsictl logout cache 2>&1) && fail "logged out a mounted disk"
assert_match "$refusal" /mnt
run umount /mnt

say "logout flushes first"
trace_start
run dd if=/dev/urandom of="${disks[0]}" bs=64k count=4 oflag=direct status=none
log_out cache
last=$(grep -o 'cmd_[a-zA-Z_0-9]*\|SYNCHRONIZE_CACHE[_0-9]*' $trace/trace | tail -1)
assert_match "$(tail -1 $trace/trace)" SYNCHRONIZE_CACHE
say "last command the target saw: $last"

say "and the session is gone without a trace"
assert_eq "$(ls /sys/class/iscsi_session)" ""
assert_eq "$(ls /sys/class/iscsi_connection)" ""
finish
