# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# For the scripts of this directory, which tests/vm/run runs in a guest.
# A script sources this file first, draws its topology, and ends with
# `finish`. Commands of the test go through `run` and `in_ns`, which echo
# them with their namespace; the first command that fails ends the script.
#
# The head of a script may carry, each on a line of its own:
#   # vm: --systemd --memory 4096    options for tests/vm/run
#   # gate: smoke                    scripts/test runs it on 6.12, too
#   # tier: long                     only scripts/test --long runs it
#   # kernel: debug                  and on this kernel, not on 6.1

set -euo pipefail

lib=$(dirname "${BASH_SOURCE[0]}")
daemon_log=/var/log/iscsid.log
daemon_pid=

# --- narration

say() { printf '\e[1m=== %s\e[0m\n' "$*" >&2; }
quoted() {
	local IFS=' ' words
	printf -v words '%q ' "$@"
	words=${words//\\,/,} # for readers, commas need no quotes
	echo "${words% }"
}
echo_command() {
	local prefix=$1
	shift
	printf '\e[32m[+] %s%s\e[0m\n' "$prefix" "$(quoted "$@")" >&2
}
run() { echo_command '' "$@"; "$@"; }
in_ns() { echo_command "$1: " "${@:2}"; ip netns exec "$@"; }

# --- assertions and waiting

fail() {
	printf '\e[31mFAIL %s:%s: %s\e[0m\n' "${BASH_SOURCE[-1]##*/}" \
		"${BASH_LINENO[-2]}" "$*" >&2
	exit 1
}

on_debug() { [[ $(uname -r) == *-dbg ]]; }

# wait_for [-t SECONDS] COMMAND...: until COMMAND succeeds, 30 s by default; on the
# debug kernel four times as long, as the runner has it with a script's own time.
wait_for() {
	local seconds=30
	! on_debug || seconds=120
	if [[ $1 == -t ]]; then
		seconds=$2
		shift 2
	fi
	local deadline=$((SECONDS + seconds))
	until "$@" >/dev/null 2>&1; do
		((SECONDS < deadline)) || fail "not within $seconds s: $(quoted "$@")"
		sleep 0.1
	done
}

assert() { "$@" || fail "not so: $(quoted "$@")"; }
assert_fails() { ! "$@" || fail "succeeded: $(quoted "$@")"; }
assert_eq() { [[ $1 == "$2" ]] || fail "${3:-value} is '$1', not '$2'"; }
assert_match() { [[ $1 =~ $2 ]] || fail "no match for '$2' in: $1"; }

# assert_status STATUS COMMAND...
assert_status() {
	local status=0
	"${@:2}" || status=$?
	assert_eq "$status" "$1" "status of ${*:2}"
}

# --- network

# net_add NS N: namespace NS gets a path to the initiator of its own, over a
# veth pair with the MTU of an Ethernet: 10.1.N.2 in NS, 10.1.N.1 here (veth
# devices veth-N in both). A namespace may have several.
net_add() {
	local ns=$1 n=$2
	[[ -e /run/netns/$ns ]] || run ip netns add "$ns"
	ip link add "veth-$n" type veth peer name "veth-$n" netns "$ns"
	ip addr add "10.1.$n.1/24" dev "veth-$n"
	ip -n "$ns" addr add "10.1.$n.2/24" dev "veth-$n"
	ip link set "veth-$n" mtu 1500 up
	ip -n "$ns" link set lo up
	ip -n "$ns" link set "veth-$n" mtu 1500 up
	wait_for grep -q up "/sys/class/net/veth-$n/operstate"
}

can_connect() { timeout 5 bash -c "exec 3<>/dev/tcp/$1/$2" 2>/dev/null; }

# --- module and daemon

load_module() { run modprobe iscsi_initiator "$@"; }

# Fails if something still holds the module.
unload_module() {
	run modprobe -r iscsi_initiator
	assert test ! -e /sys/module/iscsi_initiator
}

# Standard input becomes /etc/iscsi/iscsi.conf.
iscsid_config() {
	mkdir -p /etc/iscsi
	(umask 077 && cat >/etc/iscsi/iscsi.conf)
}

# iscsid_start [ARG]...: and waits until it is ready.
iscsid_start() {
	echo_command '' iscsid "$@"
	iscsid "$@" </dev/null >>"$daemon_log" 2>&1 &
	daemon_pid=$!
	wait_for iscsictl list
}

iscsid_stop() {
	run kill "$daemon_pid"
	wait "$daemon_pid" || fail "iscsid ended with status $?"
	daemon_pid=
}

# The daemon gets no chance to do anything.
iscsid_kill() {
	run kill -9 "$daemon_pid"
	wait "$daemon_pid" 2>/dev/null || true # 137, as ordered
	daemon_pid=
}

# --- disks

# disk_path ADDR IQN [LUN]: the stock udev rules' name for a disk.
disk_path() {
	local lun=${3:-0}
	((lun < 256)) || printf -v lun '0x%04x000000000000' "$lun"
	echo "/dev/disk/by-path/ip-$1:3260-iscsi-$2-lun-$lun"
}

# The debug kernel moves a megabyte or two a second: there fio works on an eighth, and
# with little in flight, or a burst takes longer than the three seconds LIO waits for it.
fio_depth=16
! on_debug || fio_depth=4

# fio_verify DEV BS...: random reads and writes with every block checked, at
# each block size. FIO_SIZE (MiB, default 32m) of the disk are used, even on the debug
# kernel with FIO_WHOLE=1. FIO_MEMORY is where the data lies, mmaphuge for example.
fio_verify() {
	local device=$1 bs size=${FIO_SIZE:-32m}
	[[ ${FIO_WHOLE-} ]] || ! on_debug || size=$((${size%m} * 128))k
	for bs in "${@:2}"; do
		run fio --name="verify-$bs" --filename="$device" --bs="$bs" \
			--rw=randrw --direct=1 --ioengine=libaio \
			--iodepth=$fio_depth --size="$size" \
			--mem="${FIO_MEMORY:-malloc}" --verify=crc32c --verify_fatal=1 --verify_backlog=64 \
			--minimal --output=/tmp/fio.out ||
			{ cat /tmp/fio.out; fail "fio at $bs"; }
	done
}

# fio_start DEV [OPTION]...: verified I/O in the background; $fio is its process.
# (A name with a colon is two to fio.)
fio_start() {
	echo_command '' fio_start "$@"
	wait_for test -b "$1" # udev's names come after the kernel's
	fio --name=background --filename="$(readlink -f "$1")" --rw=randrw --bsrange=512-64k \
		--direct=1 --ioengine=libaio --iodepth=$fio_depth --size=16m \
		--time_based --runtime=3600 --verify=crc32c --verify_backlog=32 \
		--allow_file_create=0 --output=/dev/null "${@:2}" &
	fio=$!
}

# fio_end [PID]: it is still at work, had no error, and ends.
fio_end() {
	local pid=${1-$fio} status=0
	kill -INT "$pid" || fail "fio has ended by itself"
	wait "$pid" || status=$?
	assert_eq "$status" 128 "status of fio" # 1 after an error
}

# --- what must be gone at the end

# Objects in the module's own slab caches (the guest merges none).
slab_objects() { awk '/^isi_/ { n += $2 } END { print n + 0 }' /proc/slabinfo; }

no_stuck_tasks() { ! grep -qs '^State:.D' /proc/[0-9]*/status; }
# A connection we closed first lingers in TIME-WAIT, which holds nothing.
no_connections() {
	[[ -z $(ss -Htn state connected exclude time-wait 'dport = :3260') ]]
}

show_stuck_tasks() {
	local status
	grep -ls '^State:.D' /proc/[0-9]*/status | while read -r status; do
		cat "${status%/status}"/{comm,stack} >&2 || true # it may have ended
	done
}

# On a kernel with kmemleak: two scans, as an object's age counts.
check_kmemleak() {
	local leaks=/sys/kernel/debug/kmemleak
	[[ -e $leaks ]] || return 0
	echo scan >$leaks
	sleep 6 # kmemleak reports what is older than 5 s
	echo scan >$leaks
	[[ -z $(cat $leaks) ]] || { cat $leaks >&2; fail "memory leaked"; }
}

# The end of a script: daemon and module go, and nothing is left of them.
# Sessions must be logged out.
finish() {
	say "finish"
	[[ ! $daemon_pid ]] || iscsid_stop
	if [[ -e /sys/module/iscsi_initiator ]]; then
		wait_for no_connections
		unload_module
	fi
	assert_eq "$(slab_objects)" 0 "number of slab objects left"
	wait_for no_stuck_tasks
	check_kmemleak
	trap - EXIT
	targets_stop
	say "passed"
}

# Why a script failed, as far as it is not in its own output.
explain() {
	local status=$?
	[[ $status != 0 ]] || fail "the script did not reach finish"
	say "failed; the state it left:"
	lsscsi -t >&2
	ss -tn 'sport = :3260 or dport = :3260' >&2
	[[ ! $daemon_pid ]] || iscsictl list >&2
	[[ ! -s /var/log/iscsi_target.log ]] || tail -n 20 /var/log/iscsi_target.log >&2
	show_stuck_tasks
	exit "$status"
}
trap explain EXIT

# shellcheck source=tests/system/lio.sh
. "$lib/lio.sh"
# shellcheck source=tests/system/tgt.sh
. "$lib/tgt.sh"

targets_stop() {
	lio_stop_all
	tgt_stop_all
}
