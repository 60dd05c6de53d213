#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The main job against tgt, over TCP, its LUNs in files: the bytes in the file
# are compared, not only read back.
#
#   initiator 10.1.1.1 --veth-1, MTU 1500-- 10.1.1.2 tgt1: tgt

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/session.sh
. "$(dirname "$0")/session.sh"

iqn=iqn.2026-11.org.example:files
addr=10.1.1.2

say "three LUNs of tgt"
net_add tgt1 1
tgt_start tgt1 $addr $iqn --size 64 /var/tmp/1.img /var/tmp/2.img /var/tmp/3.img
load_module
iscsid_config <<END
files { TargetName = $iqn; TargetAddress = $addr }
END
iscsid_start
assert_eq "$(iscsictl --json discover $addr | jq -r '.targets[0].name')" $iqn
log_in files
assert_eq "${#disks[@]}" 3 "number of disks"
run udevadm settle
assert_eq "$(lsblk -dno TRAN "$(disk_path $addr $iqn 1)")" iscsi

say "every block reads back as it was written"
FIO_SIZE=8m fio_verify "${disks[0]}" 512 4k
fio_verify "${disks[0]}" 64k 1m
fio_verify "${disks[1]}" 61440 69632 266240
assert_counted files tx_data_out_solicited
assert_counted files tx_direct
assert_not_counted files conn_failures

say "and is in the target's file"
head -c 64M /dev/urandom >/var/tmp/source
run dd if=/var/tmp/source of="${disks[2]}" bs=1M oflag=direct status=none
log_out files
run cmp /var/tmp/source /var/tmp/3.img
finish
