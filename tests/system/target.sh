# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034 # what its callers use
#
# tests/target, the scripted target, in a namespace. Sourced after lib.sh by
# the scripts that need it.

target_program=/usr/libexec/iscsi-initiator/tests/iscsi_target
target_iqn=iqn.2026-01.com.example:disk
target_log=/var/log/iscsi_target.log

target_listens() { [[ -n $(ip netns exec "$1" ss -Htln "sport = :$2") ]]; }

# target_start NS ADDRESS:PORT [OPTION]...: sets $started, its process.
target_start() {
	local ns=$1 listen=$2
	echo_command "$ns: " iscsi_target --listen "$listen" "${@:3}"
	ip netns exec "$ns" "$target_program" --listen "$listen" "${@:3}" \
		</dev/null >>"$target_log" 2>&1 &
	started=$!
	wait_for target_listens "$ns" "${listen##*:}"
}

# target_ended PID: by itself, and all was as it expected.
target_ended() {
	local status=0
	wait "$1" || status=$?
	[[ $status == 0 ]] || { cat "$target_log"; fail "the target ended with $status"; }
}

# target_stop PID: and it has seen no violation of the RFC.
target_stop() {
	kill "$1"
	target_ended "$1"
}
