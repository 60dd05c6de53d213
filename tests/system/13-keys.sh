#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What was negotiated is what happens: all of ImmediateData × InitialR2T, digests
# of data that lies in huge pages, a window of one command, and limits so small that
# a large write takes hundreds of bursts.
#
#   initiator 10.1.1.1 --veth-1, MTU 1500-- 10.1.1.2 tgt1: LIO
#             10.1.2.1 --veth-2, MTU 1500-- 10.1.2.2 tgt2: tgt

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/session.sh
. "$(dirname "$0")/session.sh"

lio_iqn=iqn.2026-11.org.example:lio
tgt_iqn=iqn.2026-11.org.example:tgt
export FIO_SIZE=8m

# counted NICKNAME COUNTER: yes or no, for comparison with what the keys allow.
counted() {
	local n
	n=$(counter "$1" "$2")
	((n > 0)) && echo Yes || echo No
}

# combination NICKNAME IMMEDIATE-DATA INITIAL-R2T: C-076 C-077
combination() {
	local nickname=$1 immediate=$2 initial_r2t=$3 unsolicited=No
	say "$nickname: ImmediateData=$immediate InitialR2T=$initial_r2t"
	log_in "$nickname" -o ImmediateData="$immediate" -o InitialR2T="$initial_r2t"
	assert_eq "$(negotiated "$nickname" ImmediateData)" "$immediate"
	assert_eq "$(negotiated "$nickname" InitialR2T)" "$initial_r2t"
	fio_verify "${disks[0]}" 4k 69632 1m
	[[ $initial_r2t == Yes ]] || unsolicited=Yes
	assert_eq "$(counted "$nickname" tx_immediate_bytes)" "$immediate" immediate
	assert_eq "$(counted "$nickname" tx_data_out_unsolicited)" $unsolicited unsolicited
	assert_counted "$nickname" tx_data_out_solicited
	log_out "$nickname"
}

net_add tgt1 1
net_add tgt2 2
lio_start tgt1 10.1.1.2 $lio_iqn --param InitialR2T=No --param FirstBurstLength=65536 \
	--param HeaderDigest=CRC32C,None --param DataDigest=CRC32C,None
tgt_start tgt2 10.1.2.2 $tgt_iqn --param InitialR2T=No --param ImmediateData=Yes /var/tmp/tgt.img
load_module
# What fits into FirstBurstLength but not into one PDU goes out unsolicited.
iscsid_config <<END
lio { TargetName = $lio_iqn; TargetAddress = 10.1.1.2 }
tgt { TargetName = $tgt_iqn; TargetAddress = 10.1.2.2 }
END
iscsid_start
lio_set() { echo -n "$2" >/sys/kernel/config/target/iscsi/$lio_iqn/tpgt_1/param/"$1"; }
lio_set MaxXmitDataSegmentLength 8192 # what LIO declares is this, not its namesake
for nickname in lio tgt; do
	for immediate in Yes No; do
		for initial_r2t in Yes No; do
			combination $nickname $immediate $initial_r2t
		done
	done
done

# An element of such a command's scatterlist is of many pages.
say "data in huge pages, with and without digests"
echo 16 >/proc/sys/vm/nr_hugepages
for digest in None CRC32C; do
	log_in lio -o HeaderDigest=$digest -o DataDigest=$digest
	assert_eq "$(session lio '.session.connections[0].keys.DataDigest')" $digest
	FIO_MEMORY=mmaphuge fio_verify "${disks[0]}" 512 69632 1m
	assert_not_counted lio conn_failures
	log_out lio
done
echo 0 >/proc/sys/vm/nr_hugepages

say "a window of one command"
lio_stop $lio_iqn
lio_start tgt1 10.1.1.2 $lio_iqn --attrib default_cmdsn_depth=1
log_in lio
fio_verify "${disks[0]}" 4k 64k
assert_counted lio window_closed
assert_not_counted lio conn_failures
log_out lio

say "64 MiB through tiny bursts"
head -c 64M /dev/urandom >/var/tmp/source
lio_stop $lio_iqn
lio_start tgt1 10.1.1.2 $lio_iqn --file /var/tmp/lio.img --size 64 \
	--param MaxXmitDataSegmentLength=512 --param InitialR2T=No
for nickname in lio tgt; do
	log_in $nickname -o FirstBurstLength=1024 -o MaxBurstLength=4096 \
		-o MaxRecvDataSegmentLength=512
	assert_eq "$(negotiated $nickname MaxBurstLength)" 4096
	run dd if=/var/tmp/source of="${disks[0]}" bs=4M oflag=direct status=none
	log_out $nickname
	run cmp /var/tmp/source /var/tmp/$nickname.img
done
finish
