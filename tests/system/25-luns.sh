#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Logical units that come, grow and go while they are in use. The target tells
# with a unit attention, which any command may bring; with Scan = Auto the disks
# follow it without a command of the user's. C-008 C-099
#
#   initiator 10.1.1.1 --veth-1, MTU 1500-- 10.1.1.2 tgt1: LIO, two targets
#   initiator 10.1.2.1 --veth-2, MTU 1500-- 10.1.2.2 tgt2: iscsi_target

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/session.sh
. "$(dirname "$0")/session.sh"
# shellcheck source=tests/system/target.sh
. "$(dirname "$0")/target.sh"

auto=iqn.2026-11.org.example:auto
manual=iqn.2026-11.org.example:manual
addr=10.1.1.2
scripted=10.1.2.2
grows=/var/tmp/grows

disk() { disk_path $addr $auto "$1"; }
is_disk() { [[ -b $(disk_path $addr "$1" "$2") ]]; }
is_no_disk() { [[ ! -e $(disk_path $addr "$1" "$2") ]]; }
size_is() { [[ $(blockdev --getsize64 "$1") == "$2" ]]; }
log_has() { grep -qF "$1" "$daemon_log"; }

# touch_lun IQN LUN: one command, whose answer may be a unit attention.
touch_lun() {
	run dd if="$(disk_path $addr "$1" "$2")" of=/dev/null bs=4k count=1 \
		iflag=direct status=none
}

net_add tgt1 1
net_add tgt2 2
truncate -s 32M $grows
lio_start tgt1 $addr $auto --luns 2 --size 32
lio_start tgt1 $addr $manual --luns 1 --size 32
load_module
iscsid_config <<END
auto { TargetName = $auto; TargetAddress = $addr }
manual { TargetName = $manual; TargetAddress = $addr; Scan = Manual }
scripted { TargetName = $target_iqn; TargetAddress = $scripted }
END
iscsid_start
log_in auto
assert_eq "${#disks[@]}" 2 "number of disks"

say "LUNs of every form of address appear under I/O, each with its own data"
fio_start "$(disk 0)"
unharmed=$fio
# shellcheck disable=SC2154 # lio_ramdisk sets backstore
for lun in 255 256 16383; do # C-008
	lio_ramdisk $auto 16
	lio_link $auto $lun "$backstore"
	wait_for is_disk $auto $lun
done
for lun in 1 255 256 16383; do
	echo "this is LUN $lun" | dd of="$(disk $lun)" bs=512 conv=sync oflag=direct status=none
done
for lun in 1 255 256 16383; do
	assert_match "$(dd if="$(disk $lun)" bs=512 count=1 iflag=direct status=none | tr -d '\0')" \
		"^this is LUN $lun$"
done
assert_eq "$(session auto '.session.luns | map(.lun) | sort | join(" ")')" "0 1 255 256 16383"

say "a LUN that goes under I/O takes its disk along, and no other"
fio_start "$(disk 1)"
lio_unlink $auto 1
assert_fails wait "$fio"
wait_for is_no_disk $auto 1
lio_unlink $auto 256
wait_for is_no_disk $auto 256
assert is_disk $auto 255

say "a file that grows: the disk does, at the next word of the target's"
lio_file $auto $grows 32
lio_link $auto 7 "$backstore"
wait_for is_disk $auto 7
assert size_is "$(disk 7)" $((32 << 20))
truncate -s 48M $grows
echo -n "fd_dev_size=$((48 << 20))" >"$backstore/control"
echo -n default_tg_pt_gp >"$lio/iscsi/$auto/tpgt_1/lun/lun_7/alua_tg_pt_gp" # 3F/03
touch_lun $auto 7
wait_for size_is "$(disk 7)" $((48 << 20))
wait_for log_has "what a logical unit says of itself changed (says LUN 7)"

say "nothing of that has harmed who only looked on"
fio_end "$unharmed"
assert_not_counted auto conn_failures

say "what changes while there is no connection is seen after it"
lio_ramdisk $auto 16
lio_disable $auto
lio_link $auto 9 "$backstore"
lio_unlink $auto 255
lio_enable $auto
wait_for is_disk $auto 9
wait_for is_no_disk $auto 255

say "Scan = Manual: the log has a word, and iscsictl rescan the rest"
run iscsictl login --wait manual
run iscsictl rescan manual
wait_for is_disk $manual 0
lio_file $manual /var/tmp/manual 16
lio_link $manual 3 "$backstore"
touch_lun $manual 0
wait_for log_has "left to 'iscsictl rescan'"
assert is_no_disk $manual 3
run iscsictl rescan manual
wait_for is_disk $manual 3
truncate -s 24M /var/tmp/manual
echo -n "fd_dev_size=$((24 << 20))" >"$backstore/control"
run iscsictl rescan manual
assert size_is "$(disk_path $addr $manual 3)" $((24 << 20))

say "CAPACITY DATA HAS CHANGED, in answer to a write, which is done all the same"
cat >/var/tmp/capacity.script <<'END'
serve until SCSI_COMMAND cdb=0x2a
resize 128M
send SCSI_RESPONSE F itt=$itt status=2 data=0x0012700006000000000a000000002a0900000000
serve
END
target_start tgt2 $scripted:3260 --script /var/tmp/capacity.script --size 64M --patience 120
log_in scripted
assert size_is "${disks[0]}" $((64 << 20))
run dd if=/dev/zero of="${disks[0]}" bs=4k count=1 oflag=direct status=none
wait_for size_is "${disks[0]}" $((128 << 20))
wait_for log_has "a logical unit's size changed (says LUN 0)"
log_out scripted
target_ended "$started"

log_out auto
log_out manual
finish
