#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tier: long
# vm: --timeout 1200
#
# 29-silence.sh for a disk in use: a write on a connection that is silent in each
# of the ways there are. It is done when the target takes a new login, and fails
# when there is none. C-110
#
#   initiator 10.1.1.1 --veth-1, MTU 1500-- 10.1.1.2 tgt1: iscsi_target

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/session.sh
. "$(dirname "$0")/session.sh"
# shellcheck source=tests/system/target.sh
. "$(dirname "$0")/target.sh"
# shellcheck source=tests/system/silence.sh
. "$(dirname "$0")/silence.sh"

write_block() { run dd if=/var/tmp/pattern of="${disks[0]}" bs="$1" count=1 oflag=direct status=none; }

# use_disk WHAT: the script is standard input; the disk has been found.
use_disk() {
	say "$1"
	silent_target
	log_in disk
	echo $command_timeout >"/sys/block/${disks[0]##*/}/device/timeout"
}

# survives WHAT SIZE
survives() {
	use_disk "$1"
	within $((eh_bound + relogin)) "$1" write_block "$2"
	run dd if="${disks[0]}" of=/var/tmp/read bs="$2" count=1 iflag=direct status=none
	assert cmp -n "$(stat -c %s /var/tmp/read)" /var/tmp/pattern /var/tmp/read
	log_out disk
	target_forget
}

# fails WHAT SIZE
fails() {
	use_disk "$1"
	within $((eh_bound + replacement_timeout)) "$1" assert_fails write_block "$2"
	run iscsictl logout --force disk
	target_forget
}

net_add tgt1 1
silence_config
iscsid_start
head -c 8M /dev/urandom >/var/tmp/pattern

survives "nothing is answered any more" 4k <<'END'
serve until SCSI_COMMAND cdb=0x2a
stall
connection 2:
serve
END

survives "no data is asked for" 1M <<'END'
serve until SCSI_COMMAND cdb=0x2a
stall
connection 2:
serve
END

# What fits into the buffers of TCP is sent, and then nothing.
survives "nothing is read any more: a window of zero" 8M <<'END'
option --key ImmediateData=Yes
serve until SCSI_COMMAND cdb=0x2a
delay 290s
connection 2:
serve
END

fails "nothing is answered, and no login any more" 4k <<'END'
serve until SCSI_COMMAND cdb=0x2a
stall
connection *:
stall
END

fails "a window of zero, and no login any more" 8M <<'END'
serve until SCSI_COMMAND cdb=0x2a
delay 290s
connection *:
stall
END
finish
