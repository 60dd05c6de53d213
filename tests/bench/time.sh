#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tests/bench/time.sh ROUNDS WORK...
#
# Runs in User Mode Linux (tests/bench/uml), at the speed of the host. All systems
# are up at once, and a round runs each work on one after the other, beginning with
# another from round to round: what the host does meanwhile meets all of them. To
# standard output goes a line of JSON for each run, with nanoseconds per I/O.
#
#   CPU0: load, initiators 10.1.1.1 --veth-1-- 10.1.1.2 tgt1: LIO, nvmet
#                          10.1.2.1 --veth-2-- 10.1.2.2 tgt1: null_target

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../system/lib.sh"
programs=/usr/libexec/iscsi-initiator/tests/bench
cpus=1

# shellcheck source=tests/bench/systems.sh
. "$(dirname "$0")/systems.sh"
# shellcheck source=tests/bench/works.sh
. "$(dirname "$0")/works.sh"
lio_addr=10.1.1.2 null_addr=10.1.2.2

ours_configure() {
	local name addr
	for name in lio null; do
		addr=${name}_addr
		echo "$name { TargetName = $iqn; TargetAddress = ${!addr}; InitialR2T = No }"
	done >/tmp/bench.conf
	iscsid_config </tmp/bench.conf
}

# The disk of a driver's session with an address, which is there once it is scanned.
find_disk() {
	local session node
	disks=()
	for session in /sys/class/iscsi_session/session*; do
		if [[ $(<"$session"/device/../scsi_host/host*/proc_name) == "$1" ]] &&
			[[ $(<"$session"/device/connection*/iscsi_connection/*/address) == "$2" ]]; then
			node=("$session"/device/target*/*/block/*)
			disks=("/dev/${node[0]##*/}")
		fi
	done
	[[ ${#disks[@]} == 1 && -b ${disks[0]} ]]
}

# Which disk is whose is found out when all are up.
iscsi_disks() { :; }

systems_up() {
	addr=$null_addr
	null_up
	addr=$lio_addr
	lio_up
	iscsi_tcp_up
	addr=$null_addr
	open_iscsi -o new
	open_iscsi -o update -n node.session.iscsi.InitialR2T -v No
	iscsi_tcp_login
	addr=$lio_addr
	ours_up
	nvme_tcp_up
	set_up_disks
	disk_of[nvme_tcp]=${disks[0]}
}

find_disks() {
	local target driver addr
	for target in lio null; do
		addr=${target}_addr
		for driver in iscsi_initiator iscsi_tcp; do
			wait_for find_disk $driver "${!addr}"
			set_up_disks
			disk_of[${driver/iscsi_initiator/ours}:$target]=${disks[0]}
		done
	done
}

# measure SYSTEM WORK ROUND: for some tenths of a second. A system call of UML's takes
# as long as an I/O, so that there is one for each group of I/Os, and no other.
measure() {
	local result
	disks=("${disk_of[$1]}")
	work "$2"
	arguments+=(-t -n $((count * 5)))
	result=$(run_load)
	[[ $result =~ \"ns_per_io\":\ ([0-9]+) ]] || fail "no result: $result"
	printf '{"round": %d, "system": "%s", "work": "%s", "ns": %d}\n' "$3" "$1" "$2" \
		"${BASH_REMATCH[1]}"
}

rounds=$1
declare -A disk_of=()
net_add tgt1 1
net_add tgt1 2
systems_up >&2
find_disks
systems=("${!disk_of[@]}")
for ((round = 0; round < rounds; round++)); do
	for work in "${@:2}"; do
		for ((i = 0; i < ${#systems[@]}; i++)); do
			measure "${systems[(i + round) % ${#systems[@]}]}" "$work" "$round"
		done
	done
done
trap - EXIT # what is up ends with the kernel
