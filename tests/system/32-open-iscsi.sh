#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The scripted target is a target for others, too: open-iscsi and the kernel's
# iscsi_tcp log in with mutual CHAP, with digests and without, and do I/O. It
# sees no violation of the RFC.
#
#   initiator 10.1.1.1 --veth-1, MTU 1500-- 10.1.1.2 tgt1: iscsi_target

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/target.sh
. "$(dirname "$0")/target.sh"

peer=/usr/libexec/iscsi-initiator/tests/open-iscsi
export LD_LIBRARY_PATH=$peer/usr/lib/x86_64-linux-gnu
node=(-m node -T "$target_iqn" -p 10.1.1.2)
addr=10.1.1.2

open_iscsi() { run "$peer/sbin/iscsiadm" "$@"; }
setting() { open_iscsi "${node[@]}" -o update -n "$1" -v "$2"; }
the_disk() { readlink -e "$(disk_path $addr "$target_iqn")"; }

net_add tgt1 1
mkdir -p /etc/iscsi /run/lock/iscsi
cp "$peer/etc/iscsi/iscsid.conf" /etc/iscsi/
echo InitiatorName=iqn.2026-11.org.example:peer >/etc/iscsi/initiatorname.iscsi
run modprobe iscsi_tcp
# Its own session: it ends its whole process group with itself.
setsid "$peer/sbin/iscsid" -f >/var/log/open-iscsi.log 2>&1 &
their_daemon=$!

for digest in None CRC32C; do
	say "digests: $digest"
	target_start tgt1 $addr:3260 --discovery-chap none \
		--chap our-name:our-secret-123456 --mutual target-name:target-secret
	open_iscsi -m discovery -t sendtargets -p $addr
	setting node.session.auth.authmethod CHAP
	setting node.session.auth.username our-name
	setting node.session.auth.password our-secret-123456
	setting node.session.auth.username_in target-name
	setting node.session.auth.password_in target-secret
	setting 'node.conn[0].iscsi.HeaderDigest' "$digest"
	setting 'node.conn[0].iscsi.DataDigest' "$digest"
	open_iscsi "${node[@]}" --login
	wait_for the_disk
	FIO_SIZE=4m fio_verify "$(the_disk)" 4k 60k
	open_iscsi "${node[@]}" --logout
	target_stop "$started"
done

kill "$their_daemon"
wait "$their_daemon" || say "open-iscsi ended with $?"
run modprobe -r iscsi_tcp
finish
