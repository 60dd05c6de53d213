#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What is no disk: a tape drive (st) and the changer (ch) that fills it, as tgt
# emulates them. Commands of odd lengths, residuals at file marks, sense data
# that are news and no error, moves that take their time.
#
#   initiator 10.1.1.1 --veth-1, MTU 1500-- 10.1.1.2 tgt1: tgt

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/session.sh
. "$(dirname "$0")/session.sh"

iqn=iqn.2026-11.org.example:library
media=/var/tmp/media
tape=/dev/nst0 # does not rewind by itself

# The changer's elements, by SMC's types and numbers of our own.
declare -A types=([storage]=2 [drive]=4)
declare -A addresses=([storage]=1024 [drive]=500)

# elements KIND COUNT
elements() {
	tgt_lun_param tgt1 2 "element_type=${types[$1]},start_address=${addresses[$1]},quantity=$2"
}

# cartridge SLOT BARCODE: an empty tape in a slot.
cartridge() {
	run tgtimg --op new --device-type tape --barcode="$2" --size=64 --type=data --file="$media/$2"
	tgt_lun_param tgt1 2 "element_type=2,address=$((1024 + $1)),barcode=$2,sides=1"
}

# move FROM-TYPE FROM TO-TYPE TO: by the ioctl of ch; ST 1 is a slot, DT 3 the
# drive.
move() {
	echo_command '' move "$@"
	python3 - "$@" <<-'END'
	import fcntl, struct, sys
	CHIOMOVE = 0x40146301  # _IOW('c', 1, struct changer_move)
	with open("/dev/sch0", "rb") as changer:
	    fcntl.ioctl(changer, CHIOMOVE, struct.pack("5i", *map(int, sys.argv[1:]), 0))
	END
}
load() { move 1 "$1" 3 0; }
unload() { move 3 0 1 "$1"; }

status_has() { assert_match "$(mt -f $tape status)" "$1"; }

say "a library of one drive and four slots, two of them with a tape"
net_add tgt1 1
mkdir -p $media
run tgtimg --op new --device-type tape --barcode=FIRST --size=64 --type=data --file=$media/FIRST
touch /var/tmp/changer
tgt_start tgt1 10.1.1.2 $iqn
tgt_lun tgt1 1 tape $media/FIRST
tgt_lun tgt1 2 changer /var/tmp/changer
tgt_lun_param tgt1 2 media_home=$media
tgt_lun_param tgt1 2 element_type=1,start_address=1,quantity=1
elements storage 4
elements drive 1
tgt_lun_param tgt1 2 element_type=4,address=500,tid=1,lun=1
cartridge 0 TAPE0
cartridge 1 TAPE1

say "both are there after a login, with nodes"
load_module
iscsid_config <<END
library { TargetName = $iqn; TargetAddress = 10.1.1.2 }
END
iscsid_start
log_in library
wait_for test -c $tape
wait_for test -c /dev/st0
wait_for test -c /dev/sch0
assert_eq "$(session library '[.session.luns[] | .type] | sort | join(" ")')" \
	"changer storage array tape"

say "files, file marks and the end of what is recorded"
status_has "File number=0, block number=0"
make_tree /var/tmp/tree
head -c 1000000 /dev/urandom >/var/tmp/pattern
run tar -C /var/tmp -cf $tape tree
run dd if=/var/tmp/pattern of=$tape bs=10000 status=none
status_has "File number=2, block number=0"
run mt -f $tape rewind
status_has "BOT"
mkdir /var/tmp/read
run tar -C /var/tmp/read -xf $tape
assert_eq "$(tree_sum /var/tmp/read/tree)" "$(tree_sum /var/tmp/tree)" "checksum of the tree"
run mt -f $tape rewind
run mt -f $tape fsf 1
status_has "File number=1, block number=0"
run dd if=$tape of=/var/tmp/pattern.read bs=10000 status=none
assert cmp /var/tmp/pattern /var/tmp/pattern.read
run mt -f $tape eod
status_has "EOD"

say "blocks that are shorter than the read, and longer"
run mt -f $tape rewind
run dd if=/var/tmp/pattern of=$tape bs=512 count=1 status=none
run mt -f $tape rewind
assert_eq "$(dd if=$tape bs=64k count=1 status=none | wc -c)" 512 "bytes of a short block"
run mt -f $tape rewind
assert_fails dd if=$tape of=/dev/null bs=256 count=1 status=none
run mt -f $tape rewind

say "the changer fills the drive: each tape has what was written on it"
for slot in 0 1; do
	load $slot
	run mt -f $tape rewind
	head -c 300000 /dev/urandom >/var/tmp/tape$slot
	run dd if=/var/tmp/tape$slot of=$tape bs=30000 status=none
	unload $slot
done
for slot in 1 0; do
	load $slot
	run mt -f $tape rewind
	run dd if=$tape of=/var/tmp/tape$slot.read bs=30000 status=none
	assert cmp /var/tmp/tape$slot /var/tmp/tape$slot.read
	unload $slot
done
assert_fails unload 0 # nothing is in the drive
assert_fails load 2   # nor in this slot
assert_not_counted library conn_failures

say "a tape that is in use keeps its session"
load 0
exec 7<$tape
assert_fails iscsictl logout library
exec 7<&-
unload 0
log_out library
assert test ! -e $tape
finish
