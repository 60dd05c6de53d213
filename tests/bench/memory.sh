#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tests/bench/memory.sh TARGET SYSTEM...
#
# Runs in a guest of scripts/bench, with null_target on the host at TARGET, so that
# all the memory is the initiator's. For each system a line of JSON goes to the
# host: what each of 64 idle sessions to one LUN takes beside the first, in bytes.
#
#   initiator 10.0.2.15 --eth0-- 10.0.2.2, the host: null_target

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../system/lib.sh"
programs=/usr/libexec/iscsi-initiator/tests/bench
cpus=$(nproc --all)

# shellcheck source=tests/bench/systems.sh
. "$(dirname "$0")/systems.sh"
addr=$1
tracing=/sys/kernel/tracing
more=64

# What nobody needs any more is gone.
settle() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	sleep 2
}
in_use() { awk '$1 == "MemTotal:" { t = $2 } $1 == "MemFree:" { f = $2 }
	$1 == "Cached:" || $1 == "Buffers:" { t -= $2 } END { print (t - f) * 1024 }' /proc/meminfo; }
slab() { awk '$1 == "Slab:" { print $2 * 1024 }' /proc/meminfo; }
# (RssAnon in status is off by up to 64 pages for each thread.)
private() { awk '$1 == "Anonymous:" { print $2 * 1024 }' "/proc/$1/smaps_rollup"; }

# Which allocations of our module are still there: the events name the caller.
trace_module() {
	local module=$1 event
	for event in kmalloc kmalloc_node kmem_cache_alloc kmem_cache_alloc_node; do
		[[ ! -e $tracing/events/kmem/$event ]] ||
			echo 1 >"$tracing/events/kmem/$event/enable"
	done
	echo 1 >$tracing/events/kmem/kfree/enable
	echo 1 >$tracing/events/kmem/kmem_cache_free/enable
	traced_module=$module
}
module_bytes() {
	echo 0 >$tracing/tracing_on
	[[ $(awk '/^overrun:/ { n += $2 } END { print n }' $tracing/per_cpu/cpu*/stats) == 0 ]] ||
		fail "the trace was too long"
	awk -v module="[$traced_module]" '{ at = bytes = ""
			for (i = 1; i <= NF; i++) {
				if ($i ~ /^ptr=/) at = $i
				if ($i ~ /^bytes_alloc=/) bytes = substr($i, 13)
			}
		}
		bytes && index($0, module) { size[at] = bytes }
		!bytes { delete size[at] }
		END { for (at in size) sum += size[at]; print sum + 0 }' $tracing/trace
	echo 0 >$tracing/events/enable
	echo >$tracing/trace
	echo 1 >$tracing/tracing_on
}

# measure SYSTEM MODULE DAEMON: the session that is there is the first.
measure() {
	local system=$1 used slabs mine daemon=$3
	run udevadm settle
	run udevadm control --exit
	settle
	used=$(in_use) slabs=$(slab) mine=$(private "$daemon")
	trace_module "$2"
	sessions=$((more + 1))
	"${system}_more"
	wait_for -t 120 iscsi_disks
	settle
	printf '{"system": "%s", "module": %d, "slab": %d, "kernel": %d, "daemon": %d}\n' \
		"$system" $(($(module_bytes) / more)) $((($(slab) - slabs) / more)) \
		$((($(in_use) - used - $(private "$daemon") + mine) / more)) \
		$((($(private "$daemon") - mine) / more)) | tee /dev/stderr >&"$results"
}

ours_more() {
	ours_configure
	run kill -HUP "$daemon_pid"
	wait_for grep -q "configuration read again" "$daemon_log"
	ours_login
}

iscsi_tcp_more() {
	open_iscsi -o update -n node.session.nr_sessions -v "$sessions"
	iscsi_tcp_login
}

exec {results}>/dev/virtio-ports/results
run mount -t tracefs tracefs $tracing
echo 65536 >$tracing/buffer_size_kb
run modprobe crc32c_intel
for system in "${@:2}"; do
	sessions=1
	"${system}_up"
	case $system in
	ours) measure ours iscsi_initiator "$daemon_pid" ;;
	*) measure "$system" libiscsi "$their_daemon" ;;
	esac
	/lib/systemd/systemd-udevd --daemon
	# The others' is left to the end of the guest: that many logouts at a time
	# have met a warning of the kernel's (check_flush_dependency()).
	[[ $system != ours ]] || ours_down
done
finish
