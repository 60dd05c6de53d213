#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: --timeout 900
#
# 18-login.sh [all]
#
# Logins with every pair of: CHAP or not, mutual or not, its algorithm, digests,
# ImmediateData, InitialR2T, burst limits; with "all", every combination. What
# was agreed to is looked at, and I/O is verified.
#
#   initiator 10.1.1.1 --veth-1, MTU 1500-- 10.1.1.2 tgt1: LIO
#             10.1.2.1 --veth-2, MTU 1500-- 10.1.2.2 tgt2: tgt
#             10.1.3.1 --veth-3, MTU 1500-- 10.1.3.2 tgt3: tests/target

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/session.sh
. "$(dirname "$0")/session.sh"
# shellcheck source=tests/system/pairwise.sh
. "$(dirname "$0")/pairwise.sh"
# shellcheck source=tests/system/target.sh
. "$(dirname "$0")/target.sh"

lio_iqn=iqn.2026-11.org.example:lio
tgt_iqn=iqn.2026-11.org.example:tgt
# shellcheck disable=SC2034 # by its name
scripted_iqn=$target_iqn
export FIO_SIZE=1m

# What a target can do. tgt has SHA-1, too, but under a number that is another
# algorithm's: it refuses SHA1, and mistakes SHA256.
declare -A algorithms=([lio]="MD5 SHA1 SHA256 SHA3-256" [tgt]="MD5"
	[scripted]="MD5 SHA1 SHA256 SHA3-256")
declare -A bursts=(
	[small]="-o FirstBurstLength=512 -o MaxBurstLength=4096 -o MaxRecvDataSegmentLength=4096"
	[odd]="-o FirstBurstLength=20000 -o MaxBurstLength=50004 -o MaxRecvDataSegmentLength=33336"
	[large]="-o FirstBurstLength=262144 -o MaxBurstLength=1048576 -o MaxRecvDataSegmentLength=262144"
)

# Without CHAP there is no algorithm to choose.
combinations() {
	all_combinations "none chap mutual" "${algorithms[$1]}" "None CRC32C" \
		"None CRC32C" "No Yes" "No Yes" "small odd large" |
		grep -v '^none [^M]' | shuf --random-source=<(yes "${SEED:-1}")
}

# auth_lio none|chap|mutual, auth_tgt and auth_scripted: what the target wants.
auth_lio() {
	local tpg=/sys/kernel/config/target/iscsi/$lio_iqn/tpgt_1 mutual=NULL
	[[ $1 != mutual ]] || mutual='target-name'
	echo -n "$mutual" >"$tpg/auth/userid_mutual"
	mutual=${mutual/target-name/target-secret}
	echo -n "$mutual" >"$tpg/auth/password_mutual"
	case $1 in
	none) echo 0 >"$tpg/attrib/authentication"; echo -n None >"$tpg/param/AuthMethod" ;;
	*) echo -n CHAP >"$tpg/param/AuthMethod"; echo 1 >"$tpg/attrib/authentication" ;;
	esac
}

tgt_account() {
	tgt_admin tgt2 --mode account --op "$1" --tid 1 --user "$2" "${@:3}"
}

tgt_has=none
auth_tgt() {
	[[ $tgt_has != mutual ]] || tgt_account unbind target-name --outgoing
	[[ $tgt_has == none ]] || tgt_account unbind our-name
	[[ $1 == none ]] || tgt_account bind our-name
	[[ $1 != mutual ]] || tgt_account bind target-name --outgoing
	tgt_has=$1
}

scripted_pid=
# It is another one each time, and has to be content with what it saw.
auth_scripted() {
	local options=()
	[[ ! $scripted_pid ]] || target_stop "$scripted_pid"
	[[ $1 == none ]] || options+=(--chap our-name:our-secret-123456)
	[[ $1 != mutual ]] || options+=(--mutual target-name:target-secret)
	target_start tgt3 10.1.3.2:3260 "${options[@]}"
	scripted_pid=$started
}

# combination TARGET AUTH ALGORITHM HEADER DATA IMMEDIATE INITIAL-R2T BURSTS
combination() {
	local target=$1 auth=$2 algorithm=$3 header=$4 data=$5 immediate=$6 initial_r2t=$7
	local options=(-o HeaderDigest="$header" -o DataDigest="$data"
		-o ImmediateData="$immediate" -o InitialR2T="$initial_r2t")
	say "$*"
	[[ $auth == none ]] || options+=(-o chapDigest="$algorithm")
	# shellcheck disable=SC2206
	options+=(${bursts[$8]})
	"auth_$target" "$auth"
	log_in "$target-$auth" "${options[@]}"
	assert_eq "$(negotiated "$target-$auth" ImmediateData)" "$immediate"
	assert_eq "$(negotiated "$target-$auth" InitialR2T)" "$initial_r2t"
	assert_eq "$(session "$target-$auth" '.session.connections[0].keys.HeaderDigest')" "$header"
	assert_eq "$(session "$target-$auth" '.session.connections[0].keys.DataDigest')" "$data"
	fio_verify "${disks[0]}" 4k 69632
	assert_not_counted "$target-$auth" conn_failures
	log_out "$target-$auth"
}

net_add tgt1 1
net_add tgt2 2
net_add tgt3 3
lio_start tgt1 10.1.1.2 $lio_iqn --param InitialR2T=No --param FirstBurstLength=262144 \
	--param HeaderDigest=CRC32C,None --param DataDigest=CRC32C,None \
	--chap our-name:our-secret-123456:target-name:target-secret
tgt_start tgt2 10.1.2.2 $tgt_iqn --param InitialR2T=No --param ImmediateData=Yes \
	--param HeaderDigest=CRC32C,None --param DataDigest=CRC32C,None /var/tmp/tgt.img
tgt_admin tgt2 --mode account --op new --user our-name --password our-secret-123456
tgt_admin tgt2 --mode account --op new --user target-name --password target-secret
load_module
stanza() {
	echo "$1-$2 {"
	echo "TargetName = $3; TargetAddress = $4; AuthMethod = ${5:-None}"
	[[ $2 == none ]] || echo "chapIName = our-name; chapSecret = our-secret-123456"
	[[ $2 != mutual ]] || echo "tgtChapName = target-name; tgtChapSecret = target-secret"
	echo "}"
}
{
	network=0
	for target in lio tgt scripted; do
		iqn=${target}_iqn address=10.1.$((++network)).2
		stanza $target none "${!iqn}" $address
		stanza $target chap "${!iqn}" $address CHAP
		stanza $target mutual "${!iqn}" $address CHAP
	done
} | iscsid_config
iscsid_start

choose=pairwise
[[ ${1-} != all ]] || choose='cat'
say "tgt, offered every algorithm, mistakes one; MD5 alone lets us in"
auth_tgt mutual
log_in tgt-mutual
log_out tgt-mutual

for target in lio tgt scripted; do
	mapfile -t rows < <(combinations $target | $choose)
	assert test "${#rows[@]}" -gt 0
	say "$target: ${#rows[@]} combinations, CHAP with ${algorithms[$target]}"
	for row in "${rows[@]}"; do
		# shellcheck disable=SC2086
		combination $target $row
	done
done
target_stop "$scripted_pid"
finish
