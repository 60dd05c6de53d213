#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tests/bench/matrix.sh RUNS SYSTEM[:TARGET][:digests][:xSESSIONS]=WORK[,WORK]...
#
# Runs in a guest of scripts/bench: brings up each system before its target and
# runs each of the works RUNS times. A work is
#
#   SIZE-KIND-qdDEPTH    4k or 1m; randread, randwrite, read or write
#   WORK+WORK            the first, while the second goes on
#   login                of a session to one LUN, with no udevd; for each session
#
# To the host go, over virtio ports, a line of JSON for each run (results), in the
# order in which the plugin writes its sections, and where the kernel's functions are
# while a system is up (symbols): after a line "system NAME", those of modules.
#
#   CPU0: load, initiator 10.1.1.1 --veth-1-- 10.1.1.2 tgt1: target, CPU1

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../system/lib.sh"
shopt -s inherit_errexit # of what fails in $(measure_io ...) nothing is recorded
programs=/usr/libexec/iscsi-initiator/tests/bench
cpus=$(nproc --all)

# shellcheck source=tests/bench/systems.sh
. "$(dirname "$0")/systems.sh"
# shellcheck source=tests/bench/works.sh
. "$(dirname "$0")/works.sh"

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

# While something is measured there is no udevd: it would read a disk again each
# time that a load has written to it.
udev_start() { /lib/systemd/systemd-udevd --daemon; }
udev_stop() { run udevadm control --exit; }

put_symbols() {
	echo "system $1"
	grep '\[' /proc/kallsyms
} >&"$symbols"

# It goes on for longer than what is measured, and ends when told to.
start_background() {
	work "$1"
	arguments+=(-u 100000000)
	run_load >/dev/null & # a process, which a signal ends
	background=$!
	sleep 1 # until it is under way
}

measure_io() {
	local background=''
	[[ $1 != *+* ]] || start_background "${1#*+}"
	work "${1%+*}"
	(run_load) || return
	[[ $background ]] || return 0
	kill "$background" || fail "what went on beside it has ended"
	wait "$background" || true # of its signal
}

measure_login() {
	"${system}_logout" >&2
	counted=("$programs/counted")
	"${system}_login"
}

# The load's pages lie together or do not, which costs the block layer more or less:
# the longer a guest has run, the more. All systems get the same. (Caches stay: a
# program would be read from the host anew, and while a CPU of instructions waits
# for that, its clock goes on to the next timer, whatever time that is.)
compact_memory() { echo 1 >/proc/sys/vm/compact_memory; }

# measure NAME WORK RUN
measure() {
	local name=$1 work=$2 result
	compact_memory
	if [[ $work == login ]]; then
		result=$(measure_login)
		wait_for iscsi_disks
		set_up_disks
	else
		result=$(measure_io "$work")
	fi
	printf '{"system": "%s", "work": "%s", "run": %d, "load": %s}\n' \
		"$name" "$work" "$3" "$result" >&"$results"
	say "$name, $work: $result"
}

measure_system() {
	local name=${1%=*} works parts part system target work run
	IFS=, read -ra works <<<"${1#*=}"
	IFS=: read -ra parts <<<"$name"
	system=${parts[0]} target='' digests='' sessions=1
	for part in "${parts[@]:1}"; do
		case $part in
		digests) digests=1 ;;
		x*) sessions=${part#x} ;;
		*) target=$part ;;
		esac
	done
	say "$name"
	[[ ! $target ]] || "${target}_up"
	"${system}_up"
	run udevadm settle
	udev_stop
	pin_to_first_cpu
	set_up_disks
	put_symbols "$name"
	for ((run = 1; run <= runs; run++)); do
		for work in "${works[@]}"; do measure "$name" "$work" $run; done
	done
	udev_start
	"${system}_down"
	[[ ! $target ]] || "${target}_down"
}

runs=$1
exec {results}>/dev/virtio-ports/results {symbols}>/dev/virtio-ports/symbols
grep -v '\[' /proc/kallsyms >&"$symbols"
modprobe crc32c_intel
net_add tgt1 1
steer_packets
for system in "${@:2}"; do measure_system "$system"; done
finish
