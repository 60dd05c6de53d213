# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# LIO, the kernel's own iSCSI target, by configfs alone. One target portal
# group per target; a portal lives in the namespace of who makes its
# directory. Sourced by lib.sh.

lio=/sys/kernel/config/target
declare -A lio_backstores=() # target name to the directories of its LUNs
lio_hba=0

lio_load() {
	local module
	for module in target_core_mod target_core_file iscsi_target_mod; do
		modprobe "$module"
	done
	mountpoint -q /sys/kernel/config || mount -t configfs configfs /sys/kernel/config
	[[ -d $lio/iscsi ]] || mkdir "$lio/iscsi"
}

# lio_backstore IQN KIND CONTROL: an enabled backstore, in $backstore. The
# serial makes the disk's identity the same in each incarnation of a target.
lio_backstore() {
	local iqn=$1 kind=$2 control=$3 lun
	lun=$(wc -w <<<"${lio_backstores[$iqn]-}")
	backstore=$lio/core/${kind}_$((lio_hba++))/lun$lun
	mkdir -p "$backstore"
	echo -n "$control" >"$backstore/control"
	echo -n "$(md5sum <<<"$iqn/$lun" | cut -c1-12)" >"$backstore/wwn/vpd_unit_serial"
	echo 1 >"$backstore/enable"
	lio_backstores[$iqn]+=" $backstore"
}

lio_ramdisk() { lio_backstore "$1" rd_mcp "rd_pages=$(($2 * 256))"; }

# lio_file IQN PATH MB: the file is made if it is not there.
lio_file() {
	[[ -e $2 ]] || truncate -s "$3M" "$2"
	lio_backstore "$1" fileio "fd_dev_name=$2,fd_dev_size=$(stat -c %s "$2")"
}

# lio_link IQN LUN BACKSTORE: a target's LUN more, and lio_unlink IQN LUN: one
# less; at any time. Sessions get a unit attention.
lio_link() {
	local dir=$lio/iscsi/$1/tpgt_1/lun/lun_$2
	echo_command '' lio_link "$1" "$2"
	mkdir "$dir"
	ln -s "$3" "$dir/backstore"
}

lio_unlink() {
	local dir=$lio/iscsi/$1/tpgt_1/lun/lun_$2
	echo_command '' lio_unlink "$1" "$2"
	rm "$dir/backstore"
	rmdir "$dir"
}

# lio_map TPG: LUN 0, 1, ... in the order the backstores were made.
lio_map() {
	local tpg=$1 lun=0 backstore
	for backstore in ${lio_backstores[$2]}; do
		mkdir "$tpg/lun/lun_$lun"
		ln -s "$backstore" "$tpg/lun/lun_$lun/backstore"
		lun=$((lun + 1))
	done
}

# lio_chap TPG USER:SECRET[:MUTUAL-USER:MUTUAL-SECRET]
# The method first: "authentication" takes a None out of it, and writes before the
# buffer's begin when there is nothing else.
lio_chap() {
	local tpg=$1 user secret mutual_user mutual_secret
	IFS=: read -r user secret mutual_user mutual_secret <<<"$2"
	echo -n CHAP >"$tpg/param/AuthMethod"
	echo 1 >"$tpg/attrib/authentication"
	echo -n "$user" >"$tpg/auth/userid"
	echo -n "$secret" >"$tpg/auth/password"
	[[ $mutual_user ]] || return 0
	echo -n "$mutual_user" >"$tpg/auth/userid_mutual"
	echo -n "$mutual_secret" >"$tpg/auth/password_mutual"
}

# lio_acl TPG INITIATOR [NAME=VALUE]...: what holds for this initiator alone, as
# attributes of its ACL. It sees all LUNs.
lio_acl() {
	local acl=$1/acls/$2 lun attribute
	mkdir "$acl"
	for lun in "$1"/lun/lun_*; do
		mkdir "$acl/${lun##*/}"
		ln -s "$lun" "$acl/${lun##*/}/lun"
	done
	for attribute in "${@:3}"; do
		echo -n "${attribute#*=}" >"$acl/attrib/${attribute%%=*}"
	done
}

# lio_start NS ADDR IQN [OPTION]...: a target at ADDR:3260 that lets anyone
# read and write.
#   --luns N --size MB       ram disks (default: one of 64 MB)
#   --file PATH              a file of --size MB instead; may be repeated
#   --param Key=Value        an RFC 7143 key of the target, with its spelling
#   --attrib name=value      an attribute of the portal group
#   --chap user:secret[:mutual user:mutual secret]
#   --acl "INITIATOR name=value..."
lio_start() {
	local ns=$1 addr=$2 iqn=$3 luns=1 size=64 files=() params=() chap='' acl=() option
	local attribs=(authentication=0 generate_node_acls=1
		demo_mode_write_protect=0 cache_dynamic_acls=1)
	echo_command "$ns: " lio_start "${@:2}"
	shift 3
	while [[ $# -gt 0 ]]; do
		case $1 in
		--luns) luns=$2 ;;
		--size) size=$2 ;;
		--file) files+=("$2") ;;
		--param) params+=("$2") ;;
		--attrib) attribs+=("$2") ;;
		--chap) chap=$2 ;;
		--acl) read -ra acl <<<"$2" ;;
		*) fail "lio_start: unknown option $1" ;;
		esac
		shift 2
	done

	lio_load
	local tpg=$lio/iscsi/$iqn/tpgt_1 file
	mkdir -p "$tpg"
	lio_backstores[$iqn]=
	for file in "${files[@]}"; do lio_file "$iqn" "$file" "$size"; done
	if [[ ${#files[@]} == 0 ]]; then
		for ((; luns > 0; luns--)); do lio_ramdisk "$iqn" "$size"; done
	fi
	lio_map "$tpg" "$iqn"
	for option in "${attribs[@]}"; do
		echo -n "${option#*=}" >"$tpg/attrib/${option%%=*}"
	done
	echo -n None >"$tpg/param/AuthMethod"
	for option in "${params[@]}"; do
		echo -n "${option#*=}" >"$tpg/param/${option%%=*}"
	done
	[[ ! $chap ]] || lio_chap "$tpg" "$chap"
	[[ ${#acl[@]} == 0 ]] || lio_acl "$tpg" "${acl[@]}"
	lio_portal "$ns" "$addr" "$iqn"
	echo 1 >"$tpg/enable"
}

# lio_portal NS ADDR[:PORT] IQN: one more portal of a target. (ip netns exec
# would mount a sysfs without configfs.)
lio_portal() {
	local addr=$2
	[[ $addr == *:[0-9]* ]] || addr+=:3260
	nsenter --net="/run/netns/$1" mkdir "$lio/iscsi/$3/tpgt_1/np/$addr"
}

# Refuse logins and end sessions, as an administrator would; and back.
lio_disable() { echo_command '' lio_disable "$1"; echo 0 >"$lio/iscsi/$1/tpgt_1/enable"; }
lio_enable() { echo_command '' lio_enable "$1"; echo 1 >"$lio/iscsi/$1/tpgt_1/enable"; }

# lio_stop IQN: target, portals and backstores go; files stay.
lio_stop() {
	local iqn=$1 tpg=$lio/iscsi/$1/tpgt_1 backstore acl
	echo_command '' lio_stop "$iqn"
	echo 0 >"$tpg/enable"
	rmdir "$tpg"/np/*
	for acl in "$tpg"/acls/*; do
		[[ -e $acl ]] || continue
		rm "$acl"/lun_*/lun
		rmdir "$acl"/lun_* "$acl"
	done
	rm "$tpg"/lun/lun_*/backstore
	rmdir "$tpg"/lun/lun_* "$tpg" "$lio/iscsi/$iqn"
	for backstore in ${lio_backstores[$iqn]}; do
		rmdir "$backstore" "$(dirname "$backstore")"
	done
	unset "lio_backstores[$iqn]"
}

lio_stop_all() {
	local iqn
	for iqn in "${!lio_backstores[@]}"; do lio_stop "$iqn"; done
}
