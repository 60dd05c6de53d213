#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: --timeout 1200
#
# What the block layer, the SCSI midlayer and whoever plays with sysfs do to a
# disk while it is in use: each function is one such thing, and says why it is
# here. The disk it is about may fail; its neighbour never does, and in the end
# nothing hangs. C-010 C-095
#
#   initiator 10.1.1.1 --veth-1, MTU 1500-- 10.1.1.2 tgt1: LIO, two targets
#   initiator 10.1.2.1 --veth-2, MTU 1500-- 10.1.2.2 tgt2: iscsi_target

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/session.sh
. "$(dirname "$0")/session.sh"
# shellcheck source=tests/system/target.sh
. "$(dirname "$0")/target.sh"

iqn=iqn.2026-11.org.example:block
other=iqn.2026-11.org.example:brief
addr=10.1.1.2
scripted=10.1.2.2
backing=/var/tmp/backing

# node LUN: its kernel name, whatever that is by now.
node() { basename "$(readlink -f "$(disk_path $addr $iqn "$1")")"; }
is_disk() { [[ -b $(disk_path $addr $iqn "$1") ]]; }
is_no_disk() { [[ ! -e $(disk_path $addr $iqn "$1") ]]; }

# Hot-plug by sysfs, of the neighbour of a disk in use (blktests block/001).
delete_and_rescan() {
	local i host
	host=$(session disks .session.host)
	for i in {1..10}; do
		echo 1 >"/sys/block/$(node 1)/device/delete"
		wait_for is_no_disk 1
		echo '- - -' >"/sys/class/scsi_host/host$host/scan" &
		run iscsictl rescan disks
		wait "$!"
		wait_for is_disk 1
	done
}

# An elevator that is exchanged freezes the queue, which waits for its requests.
switch_schedulers() {
	local i name
	modprobe -a kyber-iosched bfq
	for i in {1..3}; do
		for name in bfq kyber none mq-deadline; do
			echo $name >"/sys/block/$(node 0)/queue/scheduler"
		done
	done
}

# A CPU that goes takes its hardware context along (block/008).
unplug_cpu() {
	local i
	for i in {1..4}; do
		echo 0 >/sys/devices/system/cpu/cpu1/online
		sleep 0.5 # of I/O with one CPU
		echo 1 >/sys/devices/system/cpu/cpu1/online
	done
}

# LUNs that come and go by the dozen while I/O runs (nvme/016, 052).
change_luns() {
	local lun
	for lun in {10..13}; do
		lio_ramdisk $iqn 4
		# shellcheck disable=SC2154 # lio_ramdisk sets it
		lio_link $iqn "$lun" "$backstore"
	done
	wait_for is_disk 13
	for lun in {10..13}; do lio_unlink $iqn "$lun"; done
	for lun in {10..13}; do wait_for is_no_disk "$lun"; done
}

# The portal group goes and comes back (nvme/051, 060): I/O waits, and then has no
# error. (14-recovery.sh does so to all of the target, nvme/061.)
enable_and_disable() {
	local i
	for i in 1 2; do
		lio_disable $iqn
		lio_enable $iqn
		wait_for recovered
	done
}
recovered() { [[ $(session disks .session.state) == LOGGED_IN ]]; }

# Resets of each strength, asked for by SG_SCSI_RESET (srp/014).
reset_all() {
	local how
	for how in --device --target --bus --host; do
		run sg_reset $how "/dev/$(node 0)"
		wait_for recovered
	done
}

# Filesystem and all: writes fail, umount ends, the disk comes back (block/032).
remove_mounted() {
	local disk
	disk=$(disk_path $addr $iqn 1)
	run mkfs.ext4 -q "$disk"
	mkdir -p /mnt/removed
	run mount "$disk" /mnt/removed
	dd if=/dev/zero of=/mnt/removed/file bs=64k count=16 status=none
	echo 1 >"/sys/block/$(node 1)/device/delete"
	assert_fails dd if=/dev/zero of=/mnt/removed/more bs=64k count=16 \
		conv=fsync status=none
	run timeout 30 umount /mnt/removed
	run iscsictl rescan disks
	wait_for is_disk 1
	run fsck.ext4 -fy "$disk" || assert_eq $? 1 "status of fsck"
}

# Discard and both ways to write the same: parameter lists and one block of
# data, for many blocks (nvme/019).
discard() {
	local disk before
	disk=$(disk_path $addr $iqn 2)
	run dd if=/dev/urandom of="$disk" bs=1M count=16 oflag=direct status=none
	before=$(stat -c %b $backing)
	run blkdiscard -o 4M -l 8M "$disk"
	assert test "$(stat -c %b $backing)" -lt "$before"
	assert cmp -n $((8 << 20)) -i $((4 << 20)):0 "$disk" /dev/zero
	run blkdiscard -z -o 0 -l 1M "$disk"
	drop_caches
	assert cmp -n $((1 << 20)) "$disk" /dev/zero
	assert_fails cmp -s -n $((1 << 20)) -i $((2 << 20)):0 "$disk" /dev/zero
}

# A CDB of 32 bytes goes in an additional header segment. C-010
long_cdb() {
	local disk
	disk=$(disk_path $addr $iqn 2)
	head -c 512 /dev/urandom >/var/tmp/block
	run sg_write_same --32 --lba=8 --num=4 --xferlen=512 --in=/var/tmp/block "$disk"
	drop_caches
	dd if="$disk" bs=512 skip=8 count=4 iflag=direct status=none >/var/tmp/four
	assert cmp /var/tmp/four <(cat /var/tmp/block{,,,})
}

# A disk with a write cache is flushed when somebody says so (nvme/014).
flush() {
	local disk name before
	disk=$(disk_path $addr $iqn 2)
	name=$(node 2)
	assert_eq "$(cat "/sys/block/$name/queue/write_cache")" "write back"
	before=$(awk '{ print $16 }' "/sys/block/$name/stat")
	run dd if=/dev/zero of="$disk" bs=64k count=4 conv=fsync status=none
	assert test "$(awk '{ print $16 }' "/sys/block/$name/stat")" -gt "$before"
	run sg_sync "$disk"
}

# Beyond the end is an error at once, not after retries (nvme/018).
beyond_the_end() {
	local disk lba begin=$SECONDS
	disk=$(disk_path $addr $iqn 0)
	lba=$(printf '%08x' "$(blockdev --getsz "$disk")")
	assert_status 22 sg_raw -r 512 "$disk" 28 00 "${lba:0:2}" "${lba:2:2}" \
		"${lba:4:2}" "${lba:6:2}" 00 00 01 00
	assert test $((SECONDS - begin)) -le 5
}

# Deleted as soon as it is there, with its scan under way (nvme/031).
logout_at_once() {
	local i
	for i in {1..5}; do
		run iscsictl login brief
		run iscsictl logout --force brief
	done
}

# Everybody who reads sysfs meanwhile, and raw I/O that ends in an error.
read_sysfs() {
	while :; do
		find /sys/class/iscsi_*/ /sys/class/scsi_*/ -follow -maxdepth 2 -type f \
			-readable -exec cat {} + >/dev/null 2>&1 || true # what went away
	done
}
ended() { ! kill -0 "$1" 2>/dev/null; }

logout_under_io() {
	local reader user
	read_sysfs &
	reader=$!
	for _ in {1..5}; do
		log_in brief
		fio --name=lost --filename="${disks[0]}" --rw=randread --bs=4k \
			--direct=1 --ioengine=libaio --iodepth=8 --thread \
			--time_based --runtime=1000 --output=/dev/null 2>/dev/null &
		user=$!
		wait_for grep -qv '^ *0 ' "/sys/block/${disks[0]##*/}/inflight"
		run iscsictl logout --force brief
		# What was under way has failed, or all of it came before the
		# disk went: then a read finds no bytes, and fio reads on. One
		# that hangs keeps it from dying.
		kill -KILL $user 2>/dev/null || true
		wait_for ended $user
	done
	kill $reader
	wait $reader || true
}

# answers STATUS TIMES: to that many writes; the others are carried out.
answers() {
	local i
	for ((i = 0; i < $2; i++)); do
		echo "serve until SCSI_COMMAND cdb=0x2a"
		echo "send SCSI_RESPONSE F itt=\$itt status=$1"
	done >/var/tmp/status.script
	echo serve >>/var/tmp/status.script
	target_start tgt2 $scripted:3260 --script /var/tmp/status.script --patience 120
	log_in scripted
	busy=${disks[0]##*/}
}

# A target that is full, or busy, for ever is an error in the end and no hang; one
# that is so for a while gets all commands again (scsi/004). C-095
busy_target() {
	local status begin
	for status in 40 8; do # TASK SET FULL, BUSY
		answers $status 5000
		echo 1 >"/sys/block/$busy/device/timeout"
		begin=$SECONDS
		assert_fails dd if=/dev/zero of="/dev/$busy" bs=4k count=1 \
			oflag=direct status=none
		say "status $status for ever: $((SECONDS - begin)) s"
		assert test $((SECONDS - begin)) -le 20 # six times the timeout, and room
		run iscsictl logout --force scripted
		wait "$started" || true # its script is not through
	done
	answers 40 200
	run fio --name=full --filename="/dev/$busy" --rw=randwrite --bs=4k --direct=1 \
		--ioengine=libaio --iodepth=32 --size=4m --verify=crc32c --output=/dev/null
	say "LUN queue depth $(cat "/sys/block/$busy/device/queue_depth")"
	assert_not_counted scripted conn_failures
	log_out scripted
	target_ended "$started"
}

# Statuses that are the application's business reach it as they are. C-095
passed_up() {
	local status verify=(2f 00 00 00 00 00 00 00 01 00)
	for status in 24 48 64; do
		echo "serve until SCSI_COMMAND cdb=0x2f00"
		echo "send SCSI_RESPONSE F itt=\$itt status=$status"
	done >/var/tmp/status.script
	echo serve >>/var/tmp/status.script
	target_start tgt2 $scripted:3260 --script /var/tmp/status.script
	log_in scripted
	for status in "Reservation Conflict" "ACA Active" "Task Aborted"; do
		assert_match "$(sg_raw "${disks[0]}" "${verify[@]}" 2>&1 || true)" \
			"SCSI Status: $status"
	done
	assert_not_counted scripted conn_failures
	log_out scripted
	target_ended "$started"
}

net_add tgt1 1
net_add tgt2 2
lio_start tgt1 $addr $iqn --luns 2 --size 32
lio_start tgt1 $addr $other --size 16
truncate -s 32M $backing
lio_file $iqn $backing 32
echo 1 >"$backstore/attrib/emulate_tpu"
echo 1 >"$backstore/attrib/emulate_write_cache"
lio_link $iqn 2 "$backstore"
load_module
iscsid_config <<END
disks { TargetName = $iqn; TargetAddress = $addr; DefaultTime2Wait = 0 }
brief { TargetName = $other; TargetAddress = $addr }
scripted { TargetName = $target_iqn; TargetAddress = $scripted }
END
iscsid_start
log_in disks
assert_eq "${#disks[@]}" 3 "number of disks"
for lun in 0 1 2; do wait_for is_disk $lun; done # udev comes after login

for test in discard long_cdb flush beyond_the_end remove_mounted; do
	say "$test"
	$test
done
for test in delete_and_rescan switch_schedulers unplug_cpu change_luns \
	logout_at_once logout_under_io; do
	say "$test, under I/O of the disks' own"
	fio_start "$(disk_path $addr $iqn 0)"
	$test
	fio_end
done
assert_not_counted disks conn_failures
for test in reset_all enable_and_disable; do
	say "$test, under I/O"
	fio_start "$(disk_path $addr $iqn 0)"
	$test
	fio_end
done
for test in passed_up busy_target; do
	say "$test"
	$test
done
log_out disks
finish
