#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tests/bench/matrix.sh RUNS WORKS SYSTEM[:TARGET][:digests]...
#
# Runs in a guest of scripts/bench: brings up each system before its target and
# runs each of the works, separated by commas, RUNS times. To the host go, over
# virtio ports, a line of JSON for each run (results), in the order in which the
# plugin writes its sections, and where the kernel's functions are while a system
# is up (symbols): after a line "system NAME", those of modules.
#
#   CPU0: load, initiator 10.1.1.1 --veth-1-- 10.1.1.2 tgt1: target, CPU1

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../system/lib.sh"
programs=/usr/libexec/iscsi-initiator/tests/bench
cpus=$(nproc --all)

# shellcheck source=tests/bench/systems.sh
. "$(dirname "$0")/systems.sh"


# work NAME: sets $arguments for load. Few I/Os: what they cost hardly varies, and
# an emulated CPU does some hundred million instructions in a second.
work() {
	case $1 in
	4k-randread-qd1) arguments=(-n 1000 -u 100) ;;
	4k-randread-qd32) arguments=(-d 32 -g 8 -n 2000 -u 400) ;;
	4k-randwrite-qd32) arguments=(-w -d 32 -g 8 -n 2000 -u 400) ;;
	128k-read-qd8) arguments=(-s -b 131072 -d 8 -g 8 -n 400 -u 80) ;;
	128k-write-qd8) arguments=(-w -s -b 131072 -d 8 -g 8 -n 400 -u 80) ;;
	1m-read-qd4) arguments=(-s -b 1048576 -d 4 -g 4 -n 100 -u 20) ;;
	1m-write-qd4) arguments=(-w -s -b 1048576 -d 4 -g 4 -n 100 -u 20) ;;
	*) fail "no work is called $1" ;;
	esac
}

# Packets are received on the CPU of who they are for.
steer_packets() {
	((cpus > 1)) || return 0
	echo 1 >/sys/class/net/veth-1/queues/rx-0/rps_cpus
	ip netns exec tgt1 sh -c 'echo 2 >/sys/class/net/veth-1/queues/rx-0/rps_cpus'
	echo 1 >/sys/devices/virtual/workqueue/cpumask
}

# All that may run anywhere, but for the target: by the time a system is up, its
# target's threads have their CPU. (With isolcpus=1, packets could not be
# steered there.) A process that ends meanwhile has no status to be read.
pin_to_first_cpu() {
	((cpus > 1)) || return 0
	local pid
	for pid in $(awk -v all="0-$((cpus - 1))" '/^Name:/ { name = $2; pid = 0 }
			/^Pid:/ { pid = $2 }
			$1 == "Cpus_allowed_list:" && $2 == all && name !~ /^(kworker|rcu)/ {
				print pid
			}' /proc/[0-9]*/status 2>/dev/null || true); do
		taskset -cp 0 "$pid" >/dev/null 2>&1 || true # ended, or the kernel's own
	done
}

set_up_disk() {
	local queue=/sys/class/block/${disk##*/}/queue
	echo none >"$queue/scheduler"
	echo 0 >"$queue/iostats"
	[[ ! -e /sys/class/block/nvme0c0n1 ]] ||
		echo 0 >/sys/class/block/nvme0c0n1/queue/iostats
}

# While something is measured there is no udevd: it would read a disk again each
# time that a load has written to it.
udev_start() { /lib/systemd/systemd-udevd --daemon; }
udev_stop() { run udevadm control --exit; }

put_symbols() {
	echo "system $1"
	grep '\[' /proc/kallsyms
} >&"$symbols"

# measure NAME WORK RUN
measure() {
	local name=$1 work=$2 result
	work "$work"
	result=$(taskset -c 0 "$programs/load" "${arguments[@]}" "$disk")
	printf '{"system": "%s", "work": "%s", "run": %d, "load": %s}\n' \
		"$name" "$work" "$3" "$result" >&"$results"
	say "$name, $work: $result"
}

measure_system() {
	local name=$1 parts part system target work run
	IFS=: read -ra parts <<<"$name"
	system=${parts[0]} target='' digests=''
	for part in "${parts[@]:1}"; do
		case $part in
		digests) digests=1 ;;
		*) target=$part ;;
		esac
	done
	say "$name"
	[[ ! $target ]] || "${target}_up"
	"${system}_up"
	run udevadm settle
	udev_stop
	pin_to_first_cpu
	set_up_disk
	put_symbols "$name"
	for ((run = 1; run <= runs; run++)); do
		for work in "${works[@]}"; do measure "$name" "$work" $run; done
	done
	udev_start
	"${system}_down"
	[[ ! $target ]] || "${target}_down"
}

runs=$1
IFS=, read -ra works <<<"$2"
exec {results}>/dev/virtio-ports/results {symbols}>/dev/virtio-ports/symbols
grep -v '\[' /proc/kallsyms >&"$symbols"
modprobe crc32c_intel
net_add tgt1 1
steer_packets
for system in "${@:3}"; do measure_system "$system"; done
finish
