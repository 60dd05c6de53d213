#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What targets say and ask in the login phase, as a user meets it: every kind of
# address, redirection, long and hostile answers to discovery, and secrets that
# nobody but the daemon sees.
#
#   initiator 10.1.1.1, fd01::1 --veth-1-- 10.1.1.2, fd01::2 tgt1: iscsi_target

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/session.sh
. "$(dirname "$0")/session.sh"
# shellcheck source=tests/system/target.sh
. "$(dirname "$0")/target.sh"


net_add tgt1 1
ip addr add fd01::1/64 dev veth-1 nodad
ip -n tgt1 addr add fd01::2/64 dev veth-1 nodad
link_local=$(ip -n tgt1 -j addr show dev veth-1 |
	jq -r '.[0].addr_info[] | select(.scope == "link" and .family == "inet6").local')
echo "10.1.1.2 storage.example.com" >>/etc/hosts
load_module
secret=our-secret-123456 target_secret=target-secret-7890
iscsid_config <<END
chap {
  TargetName = $target_iqn; TargetAddress = 10.1.1.2; DefaultTime2Wait = 0
  AuthMethod = CHAP; chapIName = our-name; chapSecret = $secret
  tgtChapName = target-name; tgtChapSecret = $target_secret
}
moved { TargetName = $target_iqn; TargetAddress = 10.1.1.2; DefaultTime2Wait = 0 }
END
iscsid_start --log-level debug

say "every kind of address"
target_start tgt1 '[::]:3260'
wait_for bash -c "exec 3<>/dev/tcp/$link_local%veth-1/3260"
for address in 10.1.1.2:3260 storage.example.com:3260 '[fd01::2]:3260' \
	"[$link_local%veth-1]:3260"; do
	assert_match "$(run iscsictl discover "$address")" "$target_iqn"
	log_in -p "$address" -t $target_iqn
	assert_match "$(iscsictl list)" "${address//[/\\[}"
	fio_verify "${disks[0]}" 64k
	log_out -t $target_iqn
done
target_stop "$started"

say "a redirection holds for one login; a recovery begins where we were told to"
cat >/var/tmp/moved.script <<END
expect LOGIN
send LOGIN_RESPONSE status=0101 key TargetAddress=10.1.1.2:3261
expect end
connection 2:
serve
END
target_start tgt1 10.1.1.2:3261
away=$started
target_start tgt1 10.1.1.2:3260 --script /var/tmp/moved.script
home=$started
log_in moved
assert_eq "$(session moved '.session.portal.port')" 3260
assert_eq "$(session moved '.session.redirection.address.port')" 3261
target_stop "$away"
is_home() { iscsictl --json show moved | jq -e '.session | .state == "LOGGED_IN" and .redirection == null'; }
wait_for is_home
log_out moved
target_ended "$home"

say "ten thousand targets"
target_start tgt1 10.1.1.2:3260 --targets 10000
begin=$SECONDS
assert_eq "$(iscsictl discover 10.1.1.2 | grep -c "$target_iqn")" 10000
say "found in $((SECONDS - begin)) s"
target_stop "$started"

say "names that would write on the terminal, and leave their directory"
cat >/var/tmp/hostile.script <<END
serve until TEXT
send TEXT_RESPONSE F text="TargetName=iqn.2026-01.com.example:\\x1b[31mred\\0TargetAddress=10.1.1.2:3260,1\\0TargetName=iqn.2026-01.com.example:../../etc\\0TargetAddress=10.1.1.2:3260,1\\0TargetName=$target_iqn\\0TargetAddress=10.1.1.2:3260,1\\0"
serve
END
target_start tgt1 10.1.1.2:3260 --script /var/tmp/hostile.script
found=$(iscsictl discover 10.1.1.2 2>&1) || say "refused: $?"
printf '%q\n' "$found"
assert_fails grep -q '[[:cntrl:]]' <<<"${found//$'\n'/ }"
target_ended "$started"

say "secrets stay in the daemon"
target_start tgt1 10.1.1.2:3260 --chap our-name:$secret \
	--mutual target-name:$target_secret
log_in chap
nowhere() {
	local text
	for text in "$secret" "$target_secret" \
		"$(printf %s "$secret" | base64)" "$(printf %s "$secret" | xxd -p)"; do
		assert_fails grep -rsqF -- "$text" "$@"
	done
}
{
	iscsictl --json list
	iscsictl --json show chap
	iscsictl probe --nickname chap
	iscsictl --json probe --nickname chap
	iscsictl config check
} >/var/tmp/shown 2>&1
assert grep -q CHAP /var/tmp/shown
nowhere /var/tmp/shown "$daemon_log" /var/lib/iscsi /run/iscsid \
	/sys/class/iscsi_session/ /sys/class/iscsi_connection/ /sys/class/iscsi_host/ \
	/sys/module/iscsi_initiator/ "/proc/$daemon_pid/cmdline" \
	"/proc/$daemon_pid/environ"
dmesg >/var/tmp/dmesg
nowhere /var/tmp/dmesg
log_out chap
target_stop "$started"

say "nor does a crash show them"
mkdir /var/tmp/cores
echo '/var/tmp/cores/%e' >/proc/sys/kernel/core_pattern
ulimit -c unlimited
prlimit --core=unlimited --pid "$daemon_pid"
kill -SEGV "$daemon_pid"
wait "$daemon_pid" || say "crashed: $?"
daemon_pid=
assert_eq "$(ls /var/tmp/cores)" ""
say "as it does for others"
assert_fails bash -c 'kill -SEGV $$'
assert_eq "$(ls /var/tmp/cores)" bash
finish
