#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: --turns
#
# A write that loses its connection each time it is sent: ten times, after which
# it is done; for ever, which ReplacementTimeout ends; and beneath a multipath
# device, which is told after sd's five retries, as it may have another path.
#
# The CPUs take turns: each new connection switches a static key of the kernel's, and
# QEMU with one thread for each CPU can run what was patched over.
#
#   initiator 10.1.1.1 --veth-1-- 10.1.1.2 tgt1: proxy :3260, iscsi_target :3261

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/session.sh
. "$(dirname "$0")/session.sh"
# shellcheck source=tests/system/target.sh
. "$(dirname "$0")/target.sh"

addr=10.1.1.2
replacement_timeout=20
write='SCSI_COMMAND cdb=0x2a'

# behind_proxy RULE...: logs in to the disk behind a proxy with these rules.
behind_proxy() {
	local rule rules=()
	for rule; do rules+=(--rule "$rule"); done
	target_start tgt1 $addr:3260 --proxy $addr:3261 "${rules[@]}"
	proxy=$started
	log_in disk
}

leave_proxy() {
	log_out disk
	target_stop "$proxy"
}

write_block() { run dd if=/var/tmp/pattern of="$1" bs=4k seek=100 oflag=direct status=none; }

net_add tgt1 1
load_module
iscsid_config <<END
disk { TargetName = $target_iqn; TargetAddress = $addr; DefaultTime2Wait = 0
	ReplacementTimeout = $replacement_timeout }
END
iscsid_start
head -c 4096 /dev/urandom >/var/tmp/pattern
target_start tgt1 $addr:3261
target=$started

say "ten losses"
rules=()
for n in {1..10}; do rules+=("on $n $write : reset"); done
behind_proxy "${rules[@]}"
write_block "${disks[0]}"
run dd if="${disks[0]}" of=/var/tmp/read bs=4k count=1 skip=100 iflag=direct status=none
assert cmp /var/tmp/pattern /var/tmp/read
assert_eq "$(counter disk conn_failures)" 10 "losses"
leave_proxy

say "losses without end"
behind_proxy "on $write : reset"
begin=$SECONDS
assert_fails write_block "${disks[0]}"
took=$((SECONDS - begin))
say "failed after $took s and $(counter disk conn_failures) losses"
assert test $took -ge $replacement_timeout
# The usual retries come after it, with a login before each.
assert test $took -le $((replacement_timeout + 20))
leave_proxy

say "losses without end beneath a multipath device"
behind_proxy "on $write : reset"
run modprobe dm_multipath
run modprobe dm_round_robin
run dmsetup create path --table "0 $(blockdev --getsz "${disks[0]}") multipath 0 0 1 1 round-robin 0 1 1 ${disks[0]} 1"
run dmsetup mknodes
assert_fails write_block /dev/mapper/path
assert_eq "$(counter disk conn_failures)" 6 "losses"
run dmsetup remove path
leave_proxy
target_stop "$target"
finish
