# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# tgt, a target in user space: one tgtd per namespace, serving files over
# TCP. Its LUN 0 is a controller; the files are LUN 1, 2, ... Sourced by
# lib.sh.

declare -A tgt_pids=() # namespace to tgtd
declare -A tgt_ports=() # namespace to tgtd's control port, for tgtadm -C

# tgt_admin NS ARG...
tgt_admin() { ip netns exec "$1" tgtadm -C "${tgt_ports[$1]}" --lld iscsi "${@:2}"; }

tgt_answers() { tgt_admin "$1" --mode sys --op show; }

# tgt_param NS Key=Value: an RFC 7143 key of the target.
tgt_param() {
	tgt_admin "$1" --mode target --op update --tid 1 \
		--name "${2%%=*}" --value "${2#*=}"
}

# tgt_start NS ADDR IQN [--size MB] [--param Key=Value]... FILE...: a target
# at ADDR:3260 that lets anyone read and write; files that are not there are
# made (default 64 MB).
tgt_start() {
	local ns=$1 addr=$2 iqn=$3 size=64 params=() param file lun=1
	echo_command "$ns: " tgt_start "${@:2}"
	shift 3
	while [[ ${1-} == --* ]]; do
		case $1 in
		--size) size=$2 ;;
		--param) params+=("$2") ;;
		*) fail "tgt_start: unknown option $1" ;;
		esac
		shift 2
	done

	tgt_ports[$ns]=$((${#tgt_ports[@]} + 1))
	ip netns exec "$ns" tgtd -f -C "${tgt_ports[$ns]}" \
		--iscsi "portal=$addr:3260" </dev/null >>"/var/log/tgtd-$ns.log" 2>&1 &
	tgt_pids[$ns]=$!
	wait_for tgt_answers "$ns"
	tgt_admin "$ns" --mode target --op new --tid 1 --targetname "$iqn"
	for file; do
		[[ -e $file ]] || truncate -s "${size}M" "$file"
		tgt_admin "$ns" --mode logicalunit --op new --tid 1 \
			--lun "$((lun++))" --backing-store "$file"
	done
	for param in "${params[@]}"; do tgt_param "$ns" "$param"; done
	tgt_admin "$ns" --mode target --op bind --tid 1 --initiator-address ALL
}

# tgt_lun NS LUN KIND FILE: one more logical unit, a tape (whose image tgtimg
# makes) or a changer.
tgt_lun() {
	tgt_admin "$1" --mode logicalunit --op new --tid 1 --lun "$2" \
		--device-type "$3" --backing-store "$4"
}

# tgt_lun_param NS LUN name=value[,name=value]...
tgt_lun_param() {
	tgt_admin "$1" --mode logicalunit --op update --tid 1 --lun "$2" --params "$3"
}

# tgt_stop NS: as abrupt as a crash, which is how tgtd is ended in practice.
tgt_stop() {
	run kill -9 "${tgt_pids[$1]}"
	wait "${tgt_pids[$1]}" 2>/dev/null || true # 137, as ordered
	unset "tgt_pids[$1]" "tgt_ports[$1]"
}

tgt_stop_all() {
	local ns
	for ns in "${!tgt_pids[@]}"; do tgt_stop "$ns"; done
}
