#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 28-faults.sh [SECONDS [ACTION]...]
#
# A fault every few seconds, at random (SEED) from those a network and a target
# are capable of, on the way between the initiator and its target: no error is seen,
# nothing is lost, and nothing that was written before comes back. Digests are on,
# so that damage to data is seen. ACTIONs are faults beyond the usual ones.
#
# A rewritten field names its PDU: what is a number in one is part of the CDB in
# another, and no initiator can tell a wrong CDB from a right one.
#
# The target is our own, as LIO would not survive it: some of these faults make it
# release a command twice, in a kernel that is also ours.
#
#   initiator 10.1.1.1 --veth-1-- 10.1.1.2 tgt1: proxy :3260, iscsi_target :3261

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/session.sh
. "$(dirname "$0")/session.sh"
# shellcheck source=tests/system/target.sh
. "$(dirname "$0")/target.sh"

seconds=${1:-60}
seed=${SEED:-1}
addr=10.1.1.2
block_versions=/usr/libexec/iscsi-initiator/tests/block_versions

faults=(
	drop duplicate swap "delay 500ms" close reset
	"corrupt 5" "corrupt 12345" "set digest=header" "set digest=data"
	"on SCSI_RESPONSE : set statsn=77" "on SCSI_RESPONSE : set itt=77"
	"on DATA_IN : set datasn=77" "on DATA_IN : set offset=512"
	"on DATA_IN : set itt=77" "on DATA_IN : set ttt=77"
	"on R2T : set ttt=77" "on R2T : set offset=0x10000000" "on R2T : set r2tsn=9"
	"on DATA_OUT : set ttt=77" "on DATA_OUT : set offset=0x10000000"
	"on DATA_OUT : set datasn=77"
	"inject NOP_IN ttt=0xffffffff" "inject NOP_IN ttt=77"
	"inject ASYNC event=1 p3=3" "inject ASYNC event=2" "inject ASYNC event=3"
	"inject REJECT reason=4" "inject REJECT reason=9 data=0x010203"
	"${@:2}"
)

# behind_proxy OPTION...: logs in to the two disks behind a proxy.
behind_proxy() {
	target_start tgt1 $addr:3260 --proxy $addr:3261 "$@"
	log_in disk
	assert_eq "${#disks[@]}" 2 "number of disks"
	local disk
	for disk in "${disks[@]}"; do
		echo 10 >"/sys/block/${disk##*/}/device/timeout"
	done
}

# A fault may still hit the logout, or the recovery it then has to wait for.
leave_proxy() {
	wait_for -t 60 run iscsictl logout disk
	target_stop "$started"
}

# verify_all: fio on the first disk, at each block size in a part of its own;
# block_versions on the second.
verify_all() {
	local at=0 bs jobs=()
	for bs in 512 4k 64k 300k; do
		jobs+=(--name="verify-$bs" --bs="$bs" --offset="${at}m" --size=6m)
		at=$((at + 8))
	done
	$block_versions "${disks[1]}" 8 "$seconds" "$seed" >/tmp/versions.out 2>&1 &
	local versions=$!
	run fio --filename="${disks[0]}" --rw=randrw --direct=1 --ioengine=libaio \
		--iodepth=4 --time_based --runtime="$seconds" --verify=crc32c \
		--verify_fatal=1 --verify_backlog=64 --randseed="$seed" \
		--output=/tmp/fio.out "${jobs[@]}" ||
		{ cat /tmp/fio.out; fail "fio saw an error"; }
	wait "$versions" || { cat /tmp/versions.out; fail "block_versions saw an error"; }
	say "block_versions: $(cat /tmp/versions.out)"
}

# tell_faults ACTION...: of the proxy's lines, each a fault.
tell_faults() {
	local fault number=0 lines
	for fault; do
		fault=${fault#on * : }
		lines=$(grep -cF "$fault: " "$target_log" || true)
		printf '%6s  %s\n' "$lines" "$fault" >&2
		((lines == 0)) || number=$((number + 1))
	done
	say "$number of $# kinds of fault were made"
	assert test $number -gt $(($# < seconds / 3 ? $# / 2 : seconds / 12))
}

net_add tgt1 1
# What it has to say of us is the proxy's doing.
target_log=/var/log/behind_proxy.log target_start tgt1 $addr:3261 --luns 2 --size 32M
load_module
iscsid_config <<END
disk {
  TargetName = $target_iqn; TargetAddress = $addr; DefaultTime2Wait = 0
  HeaderDigest = CRC32C; DataDigest = CRC32C
  FirstBurstLength = 16384; MaxBurstLength = 65536
}
END
iscsid_start

say "damage that no digest shows is seen by block_versions"
behind_proxy --rule "on from 150 DATA_IN : corrupt 99 quietly" # not of the scan
assert_fails $block_versions "${disks[1]}" 16 5 "$seed"
leave_proxy

say "faults, seed $seed"
random=(--random-faults "$seed:2")
for fault in "${faults[@]}"; do random+=(--random-action "$fault"); done
behind_proxy "${random[@]}"
verify_all
tell_faults "${faults[@]}"
say "$(counter disk conn_failures) connections failed"
assert_counted disk conn_failures
leave_proxy
finish
