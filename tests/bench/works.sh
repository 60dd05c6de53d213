# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The works of the benchmark, SIZE-KIND-qdDEPTH, on the disks of a system. Sourced
# after systems.sh.
# shellcheck disable=SC2154

# work NAME: sets $arguments for load, and $count, of I/Os. Few I/Os: what they cost hardly varies, and
# an emulated CPU does some hundred million instructions in a second.
work() {
	local size kind depth kib group
	IFS=- read -r size kind depth <<<"$1"
	depth=${depth#qd}
	case $size in
	*k) kib=${size%k} ;;
	*m) kib=$((${size%m} * 1024)) ;;
	*) fail "no work is called $1" ;;
	esac
	group=$((depth < 8 ? depth : 8))
	count=$((kib <= 4 ? 2000 : kib <= 32 ? 1000 : kib <= 128 ? 400 : 100))
	((depth > 2)) || count=$((count / 2))
	count=$((count / group * group))
	arguments=(-b $((kib * 1024)) -d "$depth" -g "$group" -n "$count"
		-u $((count / 5 / group * group)))
	case $kind in
	randread) ;;
	randwrite) arguments+=(-w) ;;
	read) arguments+=(-s) ;;
	write) arguments+=(-w -s) ;;
	*) fail "no work is called $1" ;;
	esac
}

set_up_disks() {
	local disk queue
	for disk in "${disks[@]}"; do
		queue=/sys/class/block/${disk##*/}/queue
		echo none >"$queue/scheduler"
		echo 0 >"$queue/iostats"
	done
	[[ ! -e /sys/class/block/nvme0c0n1 ]] ||
		echo 0 >/sys/class/block/nvme0c0n1/queue/iostats
}

run_load() { exec taskset -c 0 "${load[@]}" "${arguments[@]}" "${disks[@]}"; }
