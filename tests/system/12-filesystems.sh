#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ext4 and xfs, on LIO and on tgt: a tree is copied, the session logged out and
# in again, and what is read then is what was written.
#
#   initiator 10.1.1.1 --veth-1-- 10.1.1.2 tgt1: LIO, a file
#             10.1.2.1 --veth-2-- 10.1.2.2 tgt2: tgt, a file

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/session.sh
. "$(dirname "$0")/session.sh"

# round_trip NICKNAME MKFS-COMMAND...
round_trip() {
	local nickname=$1
	shift
	say "$nickname: $1"
	log_in "$nickname"
	run "$@" "${disks[0]}"
	run mount "${disks[0]}" /mnt
	run cp -a /var/tmp/tree /mnt/tree
	assert_status 12 iscsictl logout "$nickname" # in use
	run umount /mnt
	log_out "$nickname"
	drop_caches
	log_in "$nickname"
	run mount -o ro "${disks[0]}" /mnt
	assert_eq "$(tree_sum /mnt/tree)" "$(tree_sum /var/tmp/tree)" checksum
	run umount /mnt
	log_out "$nickname"
}

net_add tgt1 1
net_add tgt2 2
lio_start tgt1 10.1.1.2 iqn.2026-11.org.example:lio --file /var/tmp/lio.img --size 400
tgt_start tgt2 10.1.2.2 iqn.2026-11.org.example:tgt --size 400 /var/tmp/tgt.img
load_module
iscsid_config <<END
lio { TargetName = iqn.2026-11.org.example:lio; TargetAddress = 10.1.1.2 }
tgt { TargetName = iqn.2026-11.org.example:tgt; TargetAddress = 10.1.2.2 }
END
iscsid_start
make_tree /var/tmp/tree
for nickname in lio tgt; do
	round_trip $nickname mkfs.ext4 -q
	round_trip $nickname mkfs.xfs -q -f
done
finish
