# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What is measured, each with a target in namespace tgt1 of the same guest and
# alone in it: SYSTEM_up sets $disks, SYSTEM_down takes all away again. Digests
# are off, or on for header and data, as $digests says; iSCSI has $sessions of one
# connection to the same disk. SYSTEM_login and SYSTEM_logout are for what logging
# in costs, while it is up: $counted is what then stands before the command. Sourced after lib.sh, with
# cpus and programs set.
# shellcheck disable=SC2034,SC2154

iqn=iqn.2026-11.org.example:bench
nqn=nqn.2026-11.org.example:bench
addr=10.1.1.2
target_cpu=1 # where there are two
peer=/usr/libexec/iscsi-initiator/tests/open-iscsi
nvmet=/sys/kernel/config/nvmet
digests='' sessions=1 counted=()
load=("$programs/load") # what has the options of load

# Nothing is stored: a read gives what is in memory.
lio_ramdisk() { lio_backstore "$1" rd_mcp "rd_pages=$(($2 * 256)),rd_nullio=1"; }

# Its threads take the CPUs that the fabric may use; a session has two.
lio_up() {
	lio_load
	((cpus == 1)) || echo $target_cpu >"$lio/iscsi/cpus_allowed_list"
	lio_start tgt1 $addr $iqn --size 1024 --param InitialR2T=No \
		--param ImmediateData=Yes --param HeaderDigest=CRC32C,None \
		--param DataDigest=CRC32C,None
}

lio_down() { lio_stop $iqn; }

# It answers a batch in a batch, as nvmet does.
null_up() {
	echo_command 'tgt1: ' null_target $addr 3260
	ip netns exec tgt1 taskset -c $((cpus > 1 ? target_cpu : 0)) \
		"$programs/null_target" $addr 3260 >/var/log/iscsi_target.log 2>&1 &
	null_target=$!
	wait_for can_connect $addr 3260
}

null_down() {
	run kill "$null_target"
	wait "$null_target" || [[ $? == 143 ]] || fail "$(</var/log/iscsi_target.log)"
	[[ ! -s /var/log/iscsi_target.log ]] || fail "$(</var/log/iscsi_target.log)"
}

# Both are of the same transport class.
iscsi_disks() {
	local node
	disks=()
	for node in /sys/class/iscsi_session/session*/device/target*/*/block/*; do
		[[ ! -e $node ]] || disks+=("/dev/${node##*/}")
	done
	[[ ${#disks[@]} == "$sessions" ]]
}

# --- ours

ours_configure() {
	local digest=None i
	[[ ! $digests ]] || digest=CRC32C
	for ((i = 1; i <= sessions; i++)); do
		echo "bench$i { TargetName = $iqn; TargetAddress = $addr; InitialR2T = No
			HeaderDigest = $digest; DataDigest = $digest }"
	done >/tmp/bench.conf
	iscsid_config </tmp/bench.conf
}

ours_up() {
	load_module
	ours_configure
	iscsid_start
	ours_login
	wait_for iscsi_disks
}

ours_login() { "${counted[@]}" iscsictl login --wait -a; }
ours_logout() { run iscsictl logout -a; }

ours_down() {
	ours_logout
	iscsid_stop
	wait_for no_connections
	unload_module
}

# --- Debian's open-iscsi and iscsi_tcp

open_iscsi() {
	LD_LIBRARY_PATH=$peer/usr/lib/x86_64-linux-gnu run "$peer/sbin/iscsiadm" \
		-m node -T $iqn -p $addr "$@"
}

iscsi_tcp_up() {
	local digest=None
	[[ ! $digests ]] || digest=CRC32C
	mkdir -p /etc/iscsi /run/lock/iscsi
	cp "$peer/etc/iscsi/iscsid.conf" /etc/iscsi/
	echo InitiatorName=iqn.2026-11.org.example:peer >/etc/iscsi/initiatorname.iscsi
	run modprobe iscsi_tcp
	# Its own session: it ends its whole process group with itself.
	LD_LIBRARY_PATH=$peer/usr/lib/x86_64-linux-gnu setsid "$peer/sbin/iscsid" -f \
		>/var/log/open-iscsi.log 2>&1 &
	their_daemon=$!
	open_iscsi -o new
	open_iscsi -o update -n node.session.nr_sessions -v "$sessions"
	open_iscsi -o update -n node.session.iscsi.InitialR2T -v No
	open_iscsi -o update -n 'node.conn[0].iscsi.HeaderDigest' -v $digest
	open_iscsi -o update -n 'node.conn[0].iscsi.DataDigest' -v $digest
	iscsi_tcp_login
	wait_for iscsi_disks
}

iscsi_tcp_login() {
	LD_LIBRARY_PATH=$peer/usr/lib/x86_64-linux-gnu "${counted[@]}" "$peer/sbin/iscsiadm" \
		-m node -T $iqn -p $addr --login
}
iscsi_tcp_logout() { open_iscsi --logout; }

iscsi_tcp_down() {
	iscsi_tcp_logout
	kill "$their_daemon"
	wait "$their_daemon" || true # 143, or what it makes of it
	run modprobe -r iscsi_tcp
}

# --- nvme-tcp, its target on a block device that does nothing

nvmet_up() {
	local subsystem=$nvmet/subsystems/$nqn port=$nvmet/ports/1
	run modprobe null_blk nr_devices=1 gb=1 irqmode=0 queue_mode=2 submit_queues=1
	run modprobe nvmet-tcp
	mkdir "$subsystem" "$subsystem/namespaces/1" "$port"
	echo 1 >"$subsystem/attr_allow_any_host"
	echo -n /dev/nullb0 >"$subsystem/namespaces/1/device_path"
	echo 1 >"$subsystem/namespaces/1/enable"
	echo ipv4 >"$port/addr_adrfam"
	echo tcp >"$port/addr_trtype"
	echo 4420 >"$port/addr_trsvcid"
	echo $addr >"$port/addr_traddr"
	# It listens in the namespace of who makes the link.
	nsenter --net=/run/netns/tgt1 ln -s "$subsystem" "$port/subsystems/$nqn"
}

nvmet_down() {
	rm "$nvmet/ports/1/subsystems/$nqn"
	rmdir "$nvmet/ports/1" "$nvmet/subsystems/$nqn/namespaces/1" \
		"$nvmet/subsystems/$nqn"
	run modprobe -r nvmet-tcp nvmet null_blk
}

# nvme_up MULTIPATH: Y or N. One I/O queue: its CPU is the first.
nvme_up() {
	local options="nqn=$nqn,transport=tcp,traddr=$addr,trsvcid=4420,nr_io_queues=1"
	options+=,hostnqn=nqn.2026-11.org.example:host
	options+=,hostid=00000000-0000-4000-8000-000000000001
	[[ ! $digests ]] || options+=,hdr_digest,data_digest
	run modprobe nvme-core multipath="$1"
	run modprobe nvme-tcp
	nvmet_up
	echo_command '' connect "$options"
	echo "$options" >/dev/nvme-fabrics
	wait_for test -b /dev/nvme0n1
	disks=(/dev/nvme0n1)
}

nvme_down() {
	echo 1 >/sys/class/nvme/nvme0/delete_controller
	run modprobe -r nvme-tcp nvme-fabrics nvme-core
	nvmet_down
}

nvme_tcp_up() { nvme_up N; }
nvme_tcp_down() { nvme_down; }
nvme_tcp_multipath_up() { nvme_up Y; }
nvme_tcp_multipath_down() { nvme_down; }

# --- the SCSI midlayer's floor: commands that are done when they are queued

floor_up() {
	run modprobe scsi_debug fake_rw=1 delay=0 dev_size_mb=64 max_queue=128
	wait_for floor_disk
}

floor_disk() {
	local node=(/sys/bus/pseudo/drivers/scsi_debug/adapter0/host*/target*/*/block/*)
	disks=("/dev/${node[0]##*/}")
	[[ -e ${node[0]} ]]
}

floor_down() { run modprobe -r scsi_debug; }

# --- TCP's: requests and answers of the same size, and no disk

raw_tcp_up() {
	echo_command 'tgt1: ' raw_tcp --listen $addr 3261
	ip netns exec tgt1 taskset -c $((cpus > 1 ? target_cpu : 0)) \
		"$programs/raw_tcp" --listen $addr 3261 &
	raw_tcp=$!
	wait_for can_connect $addr 3261
	load=("$programs/raw_tcp" "$addr" 3261) disks=()
}

raw_tcp_down() {
	run kill "$raw_tcp"
	wait "$raw_tcp" || [[ $? == 143 ]] || fail "raw_tcp ended by itself"
	load=("$programs/load")
}

# --- the block layer's: a ram disk

ram_disk_up() {
	run modprobe brd rd_nr=1 rd_size=262144
	disks=(/dev/ram0)
	run dd if=/dev/zero of=/dev/ram0 bs=1M count=256 oflag=direct status=none
}

ram_disk_down() { run modprobe -r brd; }
