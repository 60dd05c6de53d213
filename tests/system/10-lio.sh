#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# gate: smoke
#
# The main job against LIO: discovery, login, one LUN and three, verified I/O at
# sizes that fit the burst limits and that do not, what sysfs readers see.
#
#   initiator 10.1.1.1 --veth-1, MTU 1500-- 10.1.1.2 tgt1: LIO

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/session.sh
. "$(dirname "$0")/session.sh"

iqn=iqn.2026-11.org.example:disks
addr=10.1.1.2

say "a target with three LUNs is discovered and logged in to"
net_add tgt1 1
lio_start tgt1 $addr $iqn --luns 3 --size 64 --param InitialR2T=No \
	--param MaxOutstandingR2T=4 --param MaxXmitDataSegmentLength=16384
load_module
iscsid_config <<END
three { TargetName = $iqn; TargetAddress = $addr
	InitialR2T = No; MaxOutstandingR2T = 4 }
END
iscsid_start
found=$(run iscsictl --json discover $addr)
assert_eq "$(jq -r '.targets[0].name' <<<"$found")" $iqn
assert_eq "$(jq -r '.targets[0].portals[0].host' <<<"$found")" $addr
log_in three
assert_eq "${#disks[@]}" 3 "number of disks"
assert_eq "$(session three .session.state)" LOGGED_IN
assert_eq "$(session three '.session.connections[0].state')" LOGGED_IN

say "what lsblk, lsscsi and udev make of it"
run udevadm settle
assert_eq "$(lsblk -dno TRAN "${disks[0]}")" iscsi
assert_match "$(lsscsi -t)" "$iqn,t,0x1 +${disks[0]}"
for lun in 0 1 2; do
	assert_eq "$(readlink -f "$(disk_path $addr $iqn $lun)")" \
		"${disks[$lun]}" "by-path of LUN $lun"
done
sysfs=$(echo /sys/class/iscsi_session/session*)
assert_eq "$(cat "$sysfs/targetname")" $iqn
assert_eq "$(cat "$sysfs/state")" LOGGED_IN
assert_eq "$(cat /sys/class/iscsi_connection/connection*:0/persistent_address)" $addr
assert_match "$(readlink -f "$sysfs")" '^/sys/devices/platform/host[0-9]+/session[0-9]+'

say "every block reads back as it was written"
FIO_SIZE=8m fio_verify "${disks[0]}" 512 4k
fio_verify "${disks[0]}" 64k 1m
fio_verify "${disks[1]}" 61440 69632 266240
fio_verify "${disks[2]}" 1m

say "by the paths it is meant to take"
for name in tx_direct tx_thread tx_immediate_bytes tx_data_out_unsolicited \
	tx_data_out_solicited rx_data_in_status; do
	assert_counted three $name
done
assert test "$(counter three r2t_outstanding_max)" -gt 1
assert_not_counted three conn_failures
assert_not_counted three rx_late

say "a LUN that comes, and one that goes, are seen by rescan"
tpg=/sys/kernel/config/target/iscsi/$iqn/tpgt_1
rm $tpg/lun/lun_2/backstore
rmdir $tpg/lun/lun_2
run iscsictl rescan three
assert_eq "$(session three '.session.luns | length')" 2 "LUNs after one left"
lio_ramdisk $iqn 16
mkdir $tpg/lun/lun_5
# shellcheck disable=SC2154 # lio_ramdisk sets it
ln -s "$backstore" $tpg/lun/lun_5/backstore
run iscsictl rescan three
assert_eq "$(session three '.session.luns | map(.lun) | max')" 5
rm $tpg/lun/lun_5/backstore
rmdir $tpg/lun/lun_5

say "logout takes it all down"
log_out three
assert test ! -e "${disks[0]}"
assert_eq "$(iscsictl --json list | jq '.sessions | length')" 0
finish
