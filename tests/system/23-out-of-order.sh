#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Data in an order of the target's choice: a LIO that shuffles the bursts of a
# read and the R2Ts of a write where it may.
#
#   initiator 10.1.1.1 --veth-1, MTU 1500-- 10.1.1.2 tgt1: LIO

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/session.sh
. "$(dirname "$0")/session.sh"

iqn=iqn.2026-11.org.example:lio
initiator=iqn.2026-11.org.example:initiator
shuffle=(random_datain_pdu_offsets random_datain_seq_offsets random_r2t_offsets)
export FIO_SIZE=8m

# lio_up [PARAM]...
lio_up() {
	local params=() param
	for param in DataPDUInOrder=No DataSequenceInOrder=No "$@"; do
		params+=(--param "$param")
	done
	lio_start tgt1 10.1.1.2 $iqn --file /var/tmp/lio.img "${params[@]}" \
		--acl "$initiator ${shuffle[*]/%/=1}"
}

# more NAME BEFORE: how much a counter has risen.
more() { echo $(($(counter lio "$1") - $2)); }

# combination PDU SEQUENCE: bursts of eight PDUs, 16 of them in the largest
# command. C-083 C-088
combination() {
	local pdu=$1 sequence=$2 before
	say "DataPDUInOrder=$pdu DataSequenceInOrder=$sequence"
	log_in lio -o DataPDUInOrder="$pdu" -o DataSequenceInOrder="$sequence" \
		-o MaxRecvDataSegmentLength=8192 -o MaxBurstLength=65536 \
		-o FirstBurstLength=65536
	assert_eq "$(negotiated lio DataPDUInOrder)" "$pdu"
	assert_eq "$(negotiated lio DataSequenceInOrder)" "$sequence"
	fio_verify "${disks[0]}" 72k 1m

	before=$(counter lio rx_out_of_order)
	run dd if="${disks[0]}" of=/dev/null bs=1M count=8 iflag=direct status=none
	say "reading: $(more rx_out_of_order "$before") PDUs with a gap before them"
	expect_gaps "$pdu$sequence" "$before"
	before=$(counter lio rx_out_of_order)
	run dd if=/var/tmp/source of="${disks[0]}" bs=1M oflag=direct status=none
	say "writing: $(more rx_out_of_order "$before") R2Ts with a gap before them"
	expect_gaps "Yes$sequence" "$before"
	run cmp -n 8388608 /var/tmp/source /var/tmp/lio.img
	assert_not_counted lio conn_failures
	log_out lio
}

# expect_gaps KEYS BEFORE: there are new ones unless all are YesYes.
expect_gaps() {
	local n
	n=$(more rx_out_of_order "$2")
	if [[ $1 == YesYes ]]; then
		assert_eq "$n" 0 "gaps in order"
	else
		((n > 20)) || fail "$n PDUs out of order: the target keeps the order"
	fi
}

net_add tgt1 1
lio_up MaxXmitDataSegmentLength=8192 MaxOutstandingR2T=4 InitialR2T=No
load_module
iscsid_config <<END
InitiatorName = $initiator
lio { TargetName = $iqn; TargetAddress = 10.1.1.2 }
END
iscsid_start
head -c 8M /dev/urandom >/var/tmp/source
# With DataPDUInOrder=No a LIO lays a read out for the length that it asks for, and
# closes the connection when there is less, as to a scan's commands ("datain.length
# exceeds cmd->data_length"); genl_abuse plays a target that shuffles PDUs.
for sequence in Yes No; do
	combination Yes $sequence
done
finish
