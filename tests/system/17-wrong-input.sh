#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# gate: smoke
#
# What users get wrong: each a clear error that says what to do, and nothing is
# left behind.
#
#   initiator 10.1.1.1 --veth-1-- 10.1.1.2 tgt1: LIO

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/session.sh
. "$(dirname "$0")/session.sh"

iqn=iqn.2026-11.org.example:wrong

# refuses STATUS PATTERN COMMAND...: exit status and what is said.
refuses() {
	local status=0 text
	echo_command '' "${@:3}"
	text=$("${@:3}" 2>&1) || status=$?
	printf '%s\n' "$text"
	assert_eq "$status" "$1" "exit status"
	assert_match "$text" "$2"
}

net_add tgt1 1
lio_start tgt1 10.1.1.2 $iqn

say "no daemon"
refuses 3 'systemctl start iscsid' iscsictl list

say "a broken configuration"
iscsid_config <<END
good { TargetName = $iqn; TargetAddress = 10.1.1.2 }
bad { TargetName = $iqn; TargetAdress = 10.1.1.2 }
END
refuses 2 'iscsi.conf:2:[0-9]+: .*TargetAddress' iscsictl config check
iscsid_config <<END
good { TargetName = $iqn; TargetAddress = 10.1.1.2 }
absent { TargetName = iqn.2026-11.org.example:absent; TargetAddress = 10.1.1.2 }
refused { TargetName = $iqn; TargetAddress = 10.1.1.2:3261 }
nobody { TargetName = $iqn; TargetAddress = 10.1.1.77; LoginTimeout = 5 }
END
run iscsictl config check

say "no module, and none to be found"
mkdir -p /etc/modprobe.d
echo 'install iscsi_initiator /bin/false' >/etc/modprobe.d/none.conf
iscsid_start
refuses 13 'modprobe iscsi_initiator' iscsictl login good
say "loaded as the error says, it is found by the running daemon"
rm /etc/modprobe.d/none.conf
load_module
log_in good
log_out good

say "names and addresses that lead nowhere"
refuses 5 'good' iscsictl login goood
refuses 8 'absent' iscsictl login absent # LIO: 0301, not 0203
refuses 7 'refuses connections' iscsictl login refused
refuses 7 '10.1.1.77' iscsictl login nobody --timeout 10
refuses 7 'refuses connections' iscsictl discover 10.1.1.2:3261
refuses 5 '4711' iscsictl logout 4711
refuses 5 '4711' iscsictl show 4711
long=iqn.2026-11.org.example:$(head -c 300 /dev/zero | tr '\0' x)
refuses 1 223 iscsictl login -p 10.1.1.2 -t "$long"
refuses 1 portal iscsictl discover 'not an address:x'

say "not root"
refuses 4 'root' setpriv --reuid 1000 --regid 1000 --clear-groups iscsictl login good

say "twice"
log_in good
refuses 6 'logged in' iscsictl login good
log_out good
refuses 5 '' iscsictl logout good

assert_eq "$(iscsictl --json list | jq '.sessions | length')" 0
assert_eq "$(ls /sys/class/iscsi_session)" ""
finish
