# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # what its callers use, and what it uses of theirs
#
# Targets that fall silent, and how long that takes. Sourced after target.sh.

addr=10.1.1.2
login_timeout=5
command_timeout=5
replacement_timeout=20
# kernel/eh.c: the command's timeout, an abort and two resets.
eh_bound=$((command_timeout + 10 + 15 + 15))
# A login that succeeds, on a machine with much else to do.
relogin=5
# iscsictl's own for logout.
logout_timeout=60

silence_config() {
	load_module
	iscsid_config <<END
LoginTimeout = $login_timeout
disk { TargetName = $target_iqn; TargetAddress = $addr; DefaultTime2Wait = 0
	ReplacementTimeout = $replacement_timeout }
END
}

# silent_target: plays standard input.
silent_target() {
	cat >/var/tmp/silence.script
	target_start tgt1 $addr:3260 --script /var/tmp/silence.script --patience 300
}

# Its script was about us, not about it.
target_forget() {
	kill "$started" 2>/dev/null || true # it may have ended
	wait "$started" || true
}

# within BOUND WHAT COMMAND...: in so many seconds, and two for a busy machine; the
# debug kernel, on which all that is no timeout takes five times as long, has ten.
within() {
	local begin=$EPOCHREALTIME took spare=2
	! on_debug || spare=10
	"${@:3}"
	took=$(((${EPOCHREALTIME/./} - ${begin/./}) / 1000))
	say "$2: $((took / 1000)).$(printf %03d $((took % 1000))) s, bound $1 s"
	((took <= ($1 + spare) * 1000)) || fail "$2 took $took ms"
}

# use_cache DISK: which has to be flushed, whatever it says itself.
use_cache() {
	echo $command_timeout >"/sys/block/${1##*/}/device/timeout"
	echo "temporary write back" >/sys/block/"${1##*/}"/device/scsi_disk/*/cache_type
}
