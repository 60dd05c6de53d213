#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A command that the target does not answer, and every way the error handler's
# functions can end: each time the write is done in the end, the connection
# stays but in the last case, and the time it takes has a bound.
# C-105 C-106 C-108 C-109 C-110 C-111
#
#   initiator 10.1.1.1 --veth-1, MTU 1500-- 10.1.1.2 tgt1: iscsi_target

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/session.sh
. "$(dirname "$0")/session.sh"
# shellcheck source=tests/system/target.sh
. "$(dirname "$0")/target.sh"

addr=10.1.1.2
script=/var/tmp/tmf.script
command_timeout=5

declare -A fates=(
	[came]="send NOP_IN F itt=0xffffffff ttt=0xffffffff" # which counts it
	[lost]="ignore"
)

# start_script came|lost: the first write is the victim, which gets no answer.
# What the target does then is standard input; the script ends with the last
# connection.
start_script() {
	{
		cat <<'END'
serve until SCSI_COMMAND cdb=0x2a
let victim=$itt
let number=$cmdsn
END
		echo "${fates[$1]}"
		cat
	} >$script
	target_start tgt1 $addr:3260 --script $script --patience 120
}

# attack came|lost NAME MOST: one write that is not answered, and is done all
# the same, MOST seconds later at the most.
attack() {
	local name=$2 most=$3 begin took
	say "$name"
	start_script "$1"
	log_in disk
	echo $command_timeout >"/sys/block/${disks[0]##*/}/device/timeout"
	begin=$SECONDS
	run dd if=/var/tmp/pattern of="${disks[0]}" bs=4k seek=1000 oflag=direct status=none
	took=$((SECONDS - begin))
	say "$name: $took s"
	assert test $took -ge $command_timeout
	assert test $took -le "$most"
	run dd if="${disks[0]}" of=/var/tmp/read bs=4k count=1 skip=1000 iflag=direct status=none
	assert cmp /var/tmp/pattern /var/tmp/read
}

end_attack() {
	log_out disk
	target_ended "$started"
}

net_add tgt1 1
load_module
iscsid_config <<END
disk { TargetName = $target_iqn; TargetAddress = $addr; DefaultTime2Wait = 0
	ReplacementTimeout = 20 }
END
iscsid_start
head -c 4096 /dev/urandom >/var/tmp/pattern

attack came "an abort" 9 <<'END'
serve until TASK_MANAGEMENT function=1 rtt=$victim refcmdsn=$number F I
answer response=0
serve
END
assert_not_counted disk conn_failures
end_attack

attack lost "an abort of what never came: nothing waits for its CmdSN" 9 <<'END'
serve
END
assert_not_counted disk conn_failures
end_attack

attack came "the status comes first" 9 <<'END'
serve until TASK_MANAGEMENT function=1 rtt=$victim
let request=$itt
send SCSI_RESPONSE itt=$victim F
send TASK_MANAGEMENT_RESPONSE itt=$request F response=1
serve
END
assert_not_counted disk conn_failures
end_attack

attack came "the status comes afterwards" 9 <<'END'
serve until TASK_MANAGEMENT function=1 rtt=$victim
let request=$itt
send TASK_MANAGEMENT_RESPONSE itt=$request F response=0
delay 500ms
send SCSI_RESPONSE itt=$victim F
serve
END
assert_not_counted disk conn_failures
assert_counted disk rx_late
end_attack

attack came "the status comes instead" 20 <<'END'
serve until TASK_MANAGEMENT function=1 rtt=$victim
send SCSI_RESPONSE itt=$victim F
serve
END
assert_not_counted disk conn_failures
end_attack

attack came "the abort is refused, the LUN reset is not" 12 <<'END'
serve until TASK_MANAGEMENT function=1
answer response=255
serve until TASK_MANAGEMENT function=5 rtt=4294967295 lun=0
answer response=0
serve
END
assert_not_counted disk conn_failures
end_attack

attack came "only the target reset is answered" 40 <<'END'
serve until TASK_MANAGEMENT function=1
ignore
serve until TASK_MANAGEMENT function=5
ignore
serve until TASK_MANAGEMENT function=6 rtt=4294967295
answer response=0
serve
END
assert_not_counted disk conn_failures
end_attack

attack came "nothing is answered: the session is reinstated" 60 <<'END'
serve until TASK_MANAGEMENT function=1
ignore
serve until TASK_MANAGEMENT function=5
ignore
serve until TASK_MANAGEMENT function=6
ignore
serve
connection 2:
serve
END
assert_eq "$(counter disk conn_failures)" 1
end_attack

# reset HOW: sg_reset, with a write to each of two LUNs that the target has not
# answered; what it does then is standard input.
reset() {
	local disk
	{
		local name
		for name in first second; do
			echo "serve until SCSI_COMMAND cdb=0x2a"
			echo "let $name=\$itt"
			echo "${fates[came]}"
		done
		cat
	} >$script
	target_start tgt1 $addr:3260 --luns 2 --script $script --patience 120
	log_in disk -o ImmediateData=No -o InitialR2T=Yes
	writers=()
	for disk in "${disks[@]}"; do
		echo 120 >"/sys/block/${disk##*/}/device/timeout"
		dd if=/var/tmp/pattern of="$disk" bs=4k seek=1000 oflag=direct status=none &
		writers+=($!)
		wait_for grep -qv '^ *0 *0$' "/sys/block/${disk##*/}/inflight"
	done
	run timeout 30 sg_reset "--no-escalate" "$1" "${disks[0]}"
}

# written DISK: by the retry of the write that the reset has ended.
written() {
	dd if="$1" of=/var/tmp/read bs=4k count=1 skip=1000 iflag=direct status=none
	cmp /var/tmp/pattern /var/tmp/read
}

say "a LUN reset: R2Ts are answered until it is done; no other LUN's tasks end"
reset --device <<'END' # C-108
serve until TASK_MANAGEMENT function=5 lun=0
let request=$itt
send R2T itt=$first ttt=5 r2tsn=0 offset=0 desired=4096
serve until DATA_OUT itt=$first ttt=5 F offset=0
send TASK_MANAGEMENT_RESPONSE itt=$request F response=0
serve for 2s
send SCSI_RESPONSE itt=$second F
serve
END
wait "${writers[0]}" || fail "the write whose LUN was reset"
wait "${writers[1]}" || fail "the write to the other LUN"
assert written "${disks[0]}"
assert_not_counted disk rx_late
assert_not_counted disk conn_failures
end_attack

say "a target reset ends the tasks of all LUNs"
reset --target <<'END' # C-109
serve until TASK_MANAGEMENT function=6 lun=0
answer response=0
serve
END
begin=$SECONDS
for writer in "${writers[@]}"; do wait "$writer" || fail "a write"; done
assert test $((SECONDS - begin)) -le 20
for disk in "${disks[@]}"; do assert written "$disk"; done
assert_not_counted disk conn_failures
end_attack
finish
