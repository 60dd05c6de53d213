#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 31-cuts.sh [COUNT]
#
# C-023: a disk stays usable while COUNT logins with mutual CHAP, and the
# connections after them, are cut at random bytes of either direction. Nothing
# that was written is lost, and nothing is left open.
#
#   initiator 10.1.1.1 --veth-1, MTU 1500-- 10.1.1.2 tgt1: iscsi_target

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/session.sh
. "$(dirname "$0")/session.sh"
# shellcheck source=tests/system/target.sh
. "$(dirname "$0")/target.sh"

count=${1:-20}
seed=${SEED:-1}
script=/var/tmp/cuts.script
addr=10.1.1.2

# cut LEAST MOST: somewhere between, of what one of the two has sent.
cut() {
	local sides=(sent received)
	echo "cut ${sides[RANDOM % 2]} $(($1 + (RANDOM * 32768 + RANDOM) % ($2 - $1)))"
	echo serve
}

# A login has some 1000 bytes each way. The connection after it lives for at
# least all that fio has under way, so that each command comes to its end: one
# that loses six connections fails.
cuts() {
	local number=1
	RANDOM=$seed
	echo "option --chap our-name:our-secret-123456"
	echo "option --mutual target-name:target-secret"
	echo "connection 1:"
	echo "cut received 100000"
	echo serve
	while ((number < 2 * count)); do
		echo "connection $((number + 1)):"
		cut 0 1200
		echo "connection $((number + 2)):"
		cut 400000 800000
		number=$((number + 2))
	done
	echo "connection $((number + 1)):"
	echo serve
}

descriptors() { find "/proc/$daemon_pid/fd" -type l | wc -l; }
no_more_descriptors() { (($(descriptors) <= before)); }

net_add tgt1 1
load_module
iscsid_config <<END
disk {
  TargetName = $target_iqn; TargetAddress = $addr; DefaultTime2Wait = 0
  AuthMethod = CHAP; chapIName = our-name; chapSecret = our-secret-123456
  tgtChapName = target-name; tgtChapSecret = target-secret
}
END
iscsid_start
before=$(descriptors)
cuts >$script
say "seed $seed, $count logins are cut"
target_start tgt1 $addr:3260 --script $script --size "$((2 * count + 8))M"
log_in disk
FIO_WHOLE=1 FIO_SIZE=$((2 * count))m fio_verify "${disks[0]}" 12k
cut_short=$(counter disk conn_failures)
say "$cut_short connections failed after their login"
assert test "$cut_short" -ge "$count"
log_out disk
target_ended "$started"
wait_for no_more_descriptors
finish
