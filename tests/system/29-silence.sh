#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: --turns
#
# A target that falls silent, at each step but those of 21-task-management.sh:
# how long it takes until that is noticed, beside the bound that is documented
# (LoginTimeout, iscsictl's --timeout, kernel/eh.c). C-110 C-113
#
# The CPUs take turns, as in 20-netlink.sh: with the only session a static key of
# the kernel's comes and goes.
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

net_add tgt1 1
silence_config
iscsid_start

# LoginTimeout is the bound of each.
silent_login() {
	silent_target
	within $login_timeout "$1" assert_fails iscsictl login disk
	target_forget
}

silent_login "the login is not answered" <<'END'
stall
END

silent_login "the beginning of a Login Response comes" <<'END'
expect LOGIN
send raw 0x2387000000000000000000000000000000000000
stall
END

silent_login "only the first Login Request is answered" <<'END'
expect LOGIN csg=0
answer
stall
END

say "SendTargets is not answered"
silent_target <<'END'
serve until TEXT
stall
END
within $login_timeout "SendTargets" assert_fails iscsictl discover $addr
target_forget

say "SendTargets is answered, the Logout after it is not"
silent_target <<'END'
serve until LOGOUT
stall
END
within 2 "discovery" run iscsictl discover $addr
target_forget

# 5 s for the answer to a Logout.
say "the Logout is not answered"
silent_target <<'END'
serve until LOGOUT
stall
END
log_in disk
within 5 "logout" run iscsictl logout disk
target_forget

say "the target dies while the session logs out"
silent_target <<'END'
serve until LOGOUT
reset
END
log_in disk
within 1 "logout" run iscsictl logout disk
target_forget

# The flush before the Logout is a command like any other, but for its timeout,
# which is twice the disk's.
say "the flush of a disk that is logged out is not answered"
silent_target <<'END'
serve until SCSI_COMMAND cdb=0x35
stall
connection 2:
serve
END
log_in disk
use_cache "${disks[0]}"
within $((command_timeout + eh_bound + relogin)) "logout" run iscsictl logout disk
wait_for grep -q '(disk): .*LOGGED_IN --.*T15' "$daemon_log" # else there was none
target_forget

# 30 seconds more than LoginTimeout are what iscsictl waits for the disks.
say "no command is answered, not even the first of the scan"
silent_target <<'END'
serve until SCSI_COMMAND
stall
connection *:
serve login
stall
END
within $((login_timeout + 30)) "login --wait" assert_fails iscsictl login --wait disk
within $logout_timeout "logout" run iscsictl logout --force disk
target_forget
finish
