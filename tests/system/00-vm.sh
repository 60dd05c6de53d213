#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# gate: smoke
#
# The stage for all that follows: two targets of different make in namespaces
# of their own, and a udev that names disks. Needs nothing of ours.
#
#   initiator 10.1.1.1 --veth-1-- 10.1.1.2 tgt1: LIO
#             10.1.2.1 --veth-2-- 10.1.2.2 tgt2: tgt

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

# A subshell, as fio_verify ends the script when it fails.
forgotten_by() { (trap - EXIT; FIO_SIZE=1m fio_verify "$1" 4k) >/dev/null 2>&1; }

lio_iqn=iqn.2026-11.org.example:lio
tgt_iqn=iqn.2026-11.org.example:tgt

say "two targets answer, each at its own address only"
net_add tgt1 1
net_add tgt2 2
lio_start tgt1 10.1.1.2 $lio_iqn --luns 3 --size 16 \
	--param MaxConnections=4 --param ErrorRecoveryLevel=2 \
	--param ImmediateData=No --attrib default_cmdsn_depth=1
tgt_start tgt2 10.1.2.2 $tgt_iqn --param MaxBurstLength=65536 /var/tmp/tgt.img
assert can_connect 10.1.1.2 3260
assert can_connect 10.1.2.2 3260
assert_fails can_connect 127.0.0.1 3260
assert_fails in_ns tgt1 bash -c 'exec 3<>/dev/tcp/127.0.0.1/3260'

say "they are configured as told"
tpg=/sys/kernel/config/target/iscsi/$lio_iqn/tpgt_1
assert_eq "$(cat $tpg/param/ErrorRecoveryLevel)" 2
assert_eq "$(cat $tpg/param/MaxConnections)" 4
assert_eq "$(cat $tpg/param/ImmediateData)" No
assert_eq "$(cat $tpg/attrib/default_cmdsn_depth)" 1
assert_eq "$(ls $tpg/lun)" $'lun_0\nlun_1\nlun_2'
assert_match "$(tgt_admin tgt2 --mode target --op show)" /var/tmp/tgt.img
assert_match "$(tgt_admin tgt2 --mode target --op show --tid 1)" \
	'MaxBurstLength=65536'

say "a target comes back at the same address with its data"
echo mark >/var/tmp/lio.img
truncate -s 16M /var/tmp/lio.img
lio_stop $lio_iqn
assert_fails can_connect 10.1.1.2 3260
lio_start tgt1 10.1.1.2 $lio_iqn --file /var/tmp/lio.img \
	--chap user:secretsecret:target:othersecret
assert can_connect 10.1.1.2 3260
assert_eq "$(cat $tpg/auth/userid_mutual)" target
tgt_stop tgt2
assert_fails can_connect 10.1.2.2 3260
tgt_start tgt2 10.1.2.2 $tgt_iqn /var/tmp/tgt.img
assert can_connect 10.1.2.2 3260

say "udev names a new disk, and fio_verify reads back what it wrote"
run modprobe scsi_debug dev_size_mb=64
wait_for compgen -G '/dev/disk/by-id/scsi-*'
disk=$(readlink -f "$(compgen -G '/dev/disk/by-id/scsi-*' | head -1)")
FIO_SIZE=8m fio_verify "$disk" 4k 64k
wait_for modprobe -r scsi_debug # udev may still be looking

say "fio_verify fails on a disk that forgets"
run modprobe null_blk memory_backed=0
assert_fails forgotten_by /dev/nullb0
wait_for modprobe -r null_blk

finish
