# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Sessions as a user has them, for the scripts of this directory. Sourced after
# lib.sh.

# log_in NICKNAME [ARG]...: waits for the disks; their nodes are in $disks.
log_in() {
	echo_command '' iscsictl login --wait "$@"
	local nodes
	nodes=$(iscsictl login --wait "$@") || fail "login $*"
	mapfile -t disks <<<"$nodes"
	[[ ${disks[0]} ]] || fail "login $* gave no disk"
}

log_out() { run iscsictl logout "$@"; }

# session NICKNAME JQ: a field of iscsictl show.
session() { iscsictl --json show "$1" | jq -re "$2"; }

# counter NICKNAME NAME
counter() { session "$1" ".session.counters.$2"; }

# assert_counted NICKNAME NAME: it happened at all.
assert_counted() {
	local n
	n=$(counter "$1" "$2")
	say "$1: $2 = $n"
	((n > 0)) || fail "$2 of $1 is $n"
}

assert_not_counted() { assert_eq "$(counter "$1" "$2")" 0 "$2 of $1"; }

# negotiated NICKNAME KEY
negotiated() { session "$1" ".session.keys.$2"; }

# Drop what the page cache has, so that what is read comes from the target.
drop_caches() { sync && echo 3 >/proc/sys/vm/drop_caches; }

# make_tree DIR: files of many sizes, odd ones among them.
make_tree() {
	local n
	mkdir -p "$1/sub/deeper"
	for n in 0 1 511 512 513 4095 4097 65537 1048577 5000001; do
		head -c "$n" /dev/urandom >"$1/file-$n"
	done
	cp "$1"/file-* "$1/sub/deeper"
	ln -s ../file-1 "$1/sub/link"
}

tree_sum() { (cd "$1" && find . -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum); }
