#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# peers_test.sh ISCSI_TARGET
#
# Somebody else's initiators, libiscsi's tools and QEMU, against the target on
# loopback. Each check starts a target of its own on any free port; it must not
# have seen a violation when it ends.

set -euo pipefail

program=$1
name=iqn.2026-01.com.example:disk
work=$(mktemp -d)
pid=
target_pid=
end() {
	local each
	for each in $pid $target_pid; do kill "$each"; done
	rm -rf "$work" "$work.script"
}
trap end EXIT

die() {
	echo "FAILED: $*" >&2
	sed 's/^/    /' "$work"/* >&2
	exit 1
}

# launch OPTION...: sets pid, portal and lun. libiscsi counts R2Ts in its
# ExpStatSN.
launch() {
	echo "--- iscsi_target $*"
	mkfifo "$work/fifo"
	"$program" --listen 127.0.0.1:0 --lenient "$@" \
		>"$work/fifo" 2>"$work/errors" &
	pid=$!
	exec {output}<"$work/fifo"
	rm "$work/fifo"
	read -r portal <&"$output" || die "the target does not listen"
	cat <&"$output" >"$work/log" &
	exec {output}<&-
	portal=${portal#listening on }
	lun=iscsi://$portal/$name/0
}

start() {
	rm -f "$work"/*
	launch "$@"
}

# before OPTION...: a proxy before the target that was started.
before() {
	target_pid=$pid
	launch --proxy "$portal" "$@"
}

both_stop() {
	stop
	pid=$target_pid target_pid=
	stop
	wait # for the last of the log
}

# ended STATUS: by itself.
ended() {
	local status=0
	wait "$pid" || status=$?
	pid=
	[[ $status == "$1" ]] || die "the target ended with $status"
}

stop() {
	kill "$pid"
	ended "${1-0}"
}

# says TEXT COMMAND...: it succeeds and prints TEXT.
says() {
	echo "${*:2}"
	timeout 60 "${@:2}" >"$work/output" 2>&1 || die "${*:2}: status $?"
	grep -qF -- "$1" "$work/output" || die "${*:2}: no '$1'"
}

refused() {
	echo "! ${*:2}"
	! timeout 60 "${@:2}" >"$work/output" 2>&1 || die "${*:2}: succeeded"
	grep -qF -- "$1" "$work/output" || die "${*:2}: no '$1'"
}

# passes SUITE: iscsi-test-cu finds nothing wrong and leaves nothing out.
passes() {
	echo "iscsi-test-cu $1"
	timeout 120 iscsi-test-cu --dataloss --test="$1" "$lun" \
		>"$work/output" 2>&1 || die "iscsi-test-cu $1: status $?"
	grep -qE 'asserts +[1-9][0-9]* ' "$work/output" || die "$1: ran nothing"
	! grep -qE '\[FAILED\]|\.\.\.FAILED' "$work/output" || die "$1"
}

# qemu says|refused TEXT DIGEST: writes, reads, compares.
qemu() {
	local disk
	disk=driver=raw,file.driver=iscsi,file.transport=tcp,file.lun=0
	disk+=,file.portal=$portal,file.target=$name,file.header-digest=$3
	"$1" "$2" qemu-io --image-opts "$disk" \
		-c 'write -P 7 0 5M' -c 'write -P 9 1M 65k' -c 'read -P 9 1M 65k' \
		-c 'read -P 7 1115136 1M' -c flush -c 'discard 0 1M' \
		-c 'read -P 0 0 1M'
}

qemu_reads_what_it_wrote() {
	qemu says 'read 1048576/1048576 bytes at offset 0' "$1"
	! grep -q 'verification failed' "$work/output" || die "qemu-io"
}

tells() { grep -qF -- "$1" "$work/log" || die "the proxy did not say '$1'"; }

start
says "Target:$name Portal:$portal,1" iscsi-ls -s "iscsi://$portal"
says 'Product:SCRIPTED TARGET' iscsi-inq "$lun"
says 'RETURNED LOGICAL BLOCK ADDRESS:131071' iscsi-readcapacity16 "$lun"
refused 'Target not found' iscsi-inq "iscsi://$portal/iqn.2026-01.com.example:no/0"
for suite in Inquiry Mandatory ModeSense6 Read6 Read10 Read16 ReadCapacity16 \
	Write10 Write16 WriteSame10 Unmap TestUnitReady iSCSIResiduals iSCSITMF; do
	passes "ALL.$suite"
done
stop

for digest in none crc32c; do
	start --key MaxRecvDataSegmentLength=8192 --key FirstBurstLength=16384
	qemu_reads_what_it_wrote "$digest"
	stop
done
start --key InitialR2T=Yes --key ImmediateData=No --key MaxBurstLength=65536
qemu_reads_what_it_wrote crc32c
stop

start --targets 1000
says "Target:$name-1000 " iscsi-ls "iscsi://$portal"
stop

user='user%twelve-bytes@'
mutual='?target_user=them&target_password=thirteen-bytes'
start --chap user:twelve-bytes --mutual them:thirteen-bytes
says 'Product:SCRIPTED TARGET' iscsi-inq "iscsi://$user$portal/$name/0"
says 'Product:SCRIPTED TARGET' iscsi-inq "iscsi://$user$portal/$name/0$mutual"
refused 'Authentication failure' iscsi-inq "iscsi://user%wrong@$portal/$name/0"
refused 'Authentication failure' iscsi-inq "$lun"
refused 'Invalid CHAP_R' iscsi-inq "iscsi://$user$portal/$name/0${mutual}x"
stop

# A script: moved, with a session that begins in pieces.
cat >"$work.script" <<'SCRIPT'
expect LOGIN key InitiatorName=iqn.* TargetName=$target
send LOGIN_RESPONSE status=0101 key TargetAddress=$address
expect end
connection 2:
split 5
expect LOGIN csg=1
answer statsn=4294967295
split off
serve
SCRIPT
start --script "$work.script"
says 'Product:SCRIPTED TARGET' iscsi-inq "$lun"
ended 0
echo 'expect TEXT' >"$work.script"
start --script "$work.script"
refused 'Login Failed' iscsi-inq "$lun"
ended 1
grep -q ':1: not as expected, it is another PDU: LOGIN' "$work/errors" ||
	die "the script's failure is not told"

# Through the proxy: untouched; a header digest broken on the way, which takes
# a new login; data broken on the way, which without digest nobody sees but
# who knows the data.
start
before
qemu_reads_what_it_wrote crc32c
both_stop
start
before --rule 'on 1 DATA_IN offset=262144 : set digest=header' \
	--rule 'on 2 LOGIN : delay 10ms' --rule 'on 3 SCSI_RESPONSE : inject NOP_IN'
qemu_reads_what_it_wrote crc32c
both_stop
for fault in set delay inject; do tells "$fault "; done
start
before --rule 'on DATA_IN : corrupt 5'
qemu refused 'Pattern verification failed' none
both_stop

# What breaks the numbering is seen, and is all that ends a target with 1.
start --key ImmediateData=No
passes ALL.iSCSIcmdsn
stop 1
