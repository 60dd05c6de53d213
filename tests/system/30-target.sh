#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The main job against the scripted target, which counts what an initiator does
# against the RFC; it must have nothing to count. Then through its proxy, with
# faults on the way.
#
#   initiator 10.1.1.1 --veth-1, MTU 1500-- 10.1.1.2 tgt1: iscsi_target

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/session.sh
. "$(dirname "$0")/session.sh"
# shellcheck source=tests/system/target.sh
. "$(dirname "$0")/target.sh"

addr=10.1.1.2

net_add tgt1 1
load_module
iscsid_config <<END
disk { TargetName = $target_iqn; TargetAddress = $addr }
END
iscsid_start

say "the disk of a strict target, its data asked for in every way"
for keys in "" "InitialR2T=Yes ImmediateData=No MaxBurstLength=8192" \
	"FirstBurstLength=1024 MaxRecvDataSegmentLength=512 MaxOutstandingR2T=2" \
	"InitialR2T=Yes FirstBurstLength=512"; do
	options=()
	for key in $keys; do options+=(--key "$key"); done
	target_start tgt1 $addr:3260 --nop-interval 500 "${options[@]}"
	assert_eq "$(iscsictl --json discover $addr | jq -r '.targets[0].name')" $target_iqn
	log_in disk
	FIO_SIZE=4m fio_verify "${disks[0]}" 512 60k
	log_out disk
	target_stop "$started"
done

say "a file system"
target_start tgt1 $addr:3260 --luns 2
log_in disk
assert_eq "${#disks[@]}" 2 "number of disks"
run mkfs.ext4 -q "${disks[0]}"
run mount "${disks[0]}" /mnt
make_tree /mnt/tree
sum=$(tree_sum /mnt/tree)
run umount /mnt
drop_caches
run mount "${disks[0]}" /mnt
assert_eq "$(tree_sum /mnt/tree)" "$sum" "sum of the tree"
run umount /mnt
log_out disk
target_stop "$started"

say "a connection that is reset on the way"
target_start tgt1 $addr:3261
target=$started
target_start tgt1 $addr:3260 --proxy "$addr:3261" --rule 'on 40 DATA_IN : reset' \
	--rule 'on 30 SCSI_COMMAND : inject NOP_IN ttt=77'
proxy=$started
log_in disk
FIO_SIZE=2m fio_verify "${disks[0]}" 4k
log_out disk
assert grep -q '^reset: DATA_IN' "$target_log"
assert grep -q '^inject NOP_IN' "$target_log"
target_stop "$proxy"
target_stop "$target"
finish
