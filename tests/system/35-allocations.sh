#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tier: long
# kernel: debug
# vm: --timeout 1800
#
# Every allocation fails, one after the other: those of each netlink command, of
# reads, writes, resets and scans, in the process that asks for them; and, by
# chance, those of the threads that do the rest. What fails says so; what
# succeeds is right; afterwards all works as before.
#
#   genl_abuse --netlink--> module --TCP over lo--> genl_abuse
#   initiator 10.1.1.1 --veth-1-- 10.1.1.2 tgt1: iscsi_target

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/session.sh
. "$(dirname "$0")/session.sh"
# shellcheck source=tests/system/target.sh
. "$(dirname "$0")/target.sh"

faults=/sys/kernel/debug
addr=10.1.1.2
most=100000 # failures by chance; it is counted down from

# fault_attribute NAME VALUE: of both, small objects and pages.
fault_attribute() {
	echo "$2" >$faults/failslab/"$1"
	echo "$2" >$faults/fail_page_alloc/"$1"
}

# fail_each DISK HOST: reads, writes, resets and scans, each without its first
# allocation, its second, and so on until it has no more of them.
fail_each() {
	python3 - "$@" <<-'END'
	import errno, fcntl, mmap, os, struct, sys

	SG_SCSI_RESET, DEVICE = 0x2284, 1
	SIZE = 65536
	disk = os.open(sys.argv[1], os.O_RDWR | os.O_DIRECT)
	scan = os.open(f"/sys/class/scsi_host/host{sys.argv[2]}/scan", os.O_WRONLY)
	nth = os.open("/proc/thread-self/fail-nth", os.O_RDWR)
	buffer = mmap.mmap(-1, SIZE)

	def write():
	    return os.pwritev(disk, [buffer], 0)

	def read():
	    return os.preadv(disk, [buffer], 0)

	def reset():
	    fcntl.ioctl(disk, SG_SCSI_RESET, struct.pack("i", DEVICE))
	    return SIZE

	def rescan():
	    os.write(scan, b"- - -")
	    return SIZE

	# What it returned, and whether there was such an allocation.
	def without(number, call):
	    os.pwrite(nth, b"%d" % number, 0)
	    try:
	        done = call()
	    except OSError as error:
	        done = error.errno
	    reached = os.pread(nth, 16, 0).strip() == b"0"
	    os.pwrite(nth, b"0", 0)
	    return done, reached

	def fill(number):
	    buffer[:] = struct.pack("<I", number) * (SIZE // 4)

	for call in write, read, reset, rescan:
	    failed = 0
	    for number in range(1, 5000):
	        if call != write:
	            fill(number)
	            assert write() == SIZE
	        fill(number)
	        expected = bytes(buffer)
	        if call == read:
	            fill(0)
	        done, reached = without(number, call)
	        if done != SIZE:
	            assert reached, (call.__name__, number, done)
	            assert done in (errno.ENOMEM, errno.EIO, errno.EAGAIN), done
	            failed += 1
	        elif call == read:
	            assert bytes(buffer) == expected, number
	        if call == write and done != SIZE:
	            fill(number)
	            assert write() == SIZE
	        fill(0)
	        assert read() == SIZE
	        assert bytes(buffer) == expected, (call.__name__, number)
	        if not reached:
	            break
	    assert 1 < number < 4999, (call.__name__, number)
	    print(f"{call.__name__}: {number - 1} allocations, {failed} failures")
	END
}

# Of those that serve work queues: our sending, recovery, events.
fail_workers() {
	local process
	for process in /proc/[0-9]*; do
		[[ $(cat "$process/comm" 2>/dev/null) != kworker/* ]] ||
			echo "$1" >"$process/make-it-fail" 2>/dev/null || true
	done
}

[[ -d $faults/failslab ]] || mount -t debugfs debugfs $faults
fault_attribute ignore-gfp-wait N
fault_attribute verbose 0
echo 0 >$faults/fail_page_alloc/min-order
load_module

say "netlink commands"
run /usr/libexec/iscsi-initiator/tests/genl_abuse --seed "${SEED:-1}" allocations

say "reads, writes, resets and scans"
net_add tgt1 1
target_start tgt1 $addr:3260 --size 32M
iscsid_config <<END
disk { TargetName = $target_iqn; TargetAddress = $addr; DefaultTime2Wait = 0 }
END
iscsid_start
log_in disk
fail_each "${disks[0]}" "$(session disk .session.host)"
assert_not_counted disk conn_failures

say "I/O while one in twenty allocations of the kernel's workers fails"
fault_attribute task-filter Y
fault_attribute times $most
fault_attribute probability 5
fail_workers 1
FIO_SIZE=4m fio_verify "${disks[0]}" 4k 64k
fault_attribute probability 0
say "$((most - $(cat $faults/failslab/times))) allocations have failed"
assert test "$(cat $faults/failslab/times)" -lt $most
fail_workers 0
log_out disk
target_stop "$started"
finish
