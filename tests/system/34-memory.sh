#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tier: long
# vm: --memory 512 --target 768M --timeout 2400
#
# Memory that is short, while what would free it has to be written to disks whose
# connection breaks again and again: swap on one, a file system on the other. It
# goes on all the same, nothing is lost, and nobody is killed for memory.
#
#   initiator 10.0.2.15 --eth0-- 10.0.2.2, the host: iscsi_target, in other memory

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/session.sh
. "$(dirname "$0")/session.sh"

target_iqn=iqn.2026-01.com.example:disk
port=${HOST_TARGET##*:}

# More than there is, so that most of it is in the swap by turns.
fill_memory() {
	fio --name=memory --filename=/mnt/memory/file --size=500m --bs=16k --rw=randwrite \
		--ioengine=psync --verify=crc32c --verify_fatal=1 --output=/tmp/memory.out
}

# Dirty pages, of which the page cache may hold many.
fill_files() {
	fio --name=files --directory=/mnt/files --size=200m --bs=4k --rw=randwrite \
		--ioengine=psync --verify=crc32c --verify_fatal=1 --output=/tmp/files.out
}

running() { kill -0 "$1" 2>/dev/null; }
swapped() { awk '/^SwapTotal/ { t = $2 } /^SwapFree/ { print t - $2 }' /proc/meminfo; }
recovered() { [[ $(session disk .session.state) == LOGGED_IN ]]; }

# The kernel ends an outage by itself: whoever would have to is in the swap.
outages() {
	nft -f - <<-END
	table ip outages {
		set now { type ipv4_addr; flags timeout; }
		chain in { type filter hook input priority 0; ip saddr @now drop; }
		chain out { type filter hook output priority 0; ip daddr @now drop; }
	}
	END
}

# By turns a reset and seconds without a link.
flap() {
	local round=$1
	if ((round % 2)); then
		ss -K dst 10.0.2.2 dport = "$port" >/dev/null
	else
		nft add element ip outages now "{ 10.0.2.2 timeout 4s }"
	fi
	wait_for -t 120 recovered
	say "round $round: $(swapped) kB in the swap"
	sleep 5 # of I/O between two losses
}

load_module
iscsid_config <<END
disk { TargetName = $target_iqn; TargetAddress = $HOST_TARGET; DefaultTime2Wait = 0
	ReplacementTimeout = 600 }
END
iscsid_start
echo -1000 >"/proc/$daemon_pid/oom_score_adj" # as its unit does
outages
log_in disk
assert_eq "${#disks[@]}" 2 "number of disks"
run mkswap -q "${disks[0]}"
run swapon "${disks[0]}"
run mkfs.ext4 -q "${disks[1]}"
mkdir -p /mnt/files /mnt/memory
run mount "${disks[1]}" /mnt/files
run mount -t tmpfs -o size=600m memory /mnt/memory
echo 100 >/proc/sys/vm/swappiness
echo 60 >/proc/sys/vm/dirty_ratio
echo 1024 >/proc/sys/vm/min_free_kbytes

fill_memory &
memory=$!
fill_files &
tree=$!
round=0 most=0
while running $memory || running $tree; do
	flap $((++round))
	(($(swapped) <= most)) || most=$(swapped)
done
wait $memory || { cat /tmp/memory.out; fail "memory was lost"; }
wait $tree || { cat /tmp/files.out; fail "files were lost"; }
say "$round losses, $most kB in the swap at most"
assert test $round -ge 4
assert test "$most" -ge 100000
assert running "$daemon_pid"
assert_fails grep -q "Out of memory" <(dmesg)

run umount /mnt/memory
run swapoff "${disks[0]}"
run umount /mnt/files
run e2fsck -fn "${disks[1]}"
log_out disk
finish
