#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# gate: smoke
# vm: --timeout 1200 --turns
#
# The netlink family by itself, without daemon or login: a program sends it
# right, wrong and random messages and plays the target at the other end of
# TCP pairs. What a message breaks shows in its checks, in what is left
# afterwards, or in the kernel log.
#
# The CPUs take turns: it switches a static key of the kernel's all the time, and
# QEMU with one thread for each CPU can run what was patched over.
#
#   genl_abuse --netlink--> module --TCP over lo--> genl_abuse

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

no_sessions() { [[ ! -d /sys/class/iscsi_session || \
	-z $(ls /sys/class/iscsi_session) ]]; }

load_module
run modprobe tls # a protocol on top of TCP, which the module must not take
run /usr/libexec/iscsi-initiator/tests/genl_abuse --seed "${SEED:-1}"

say "nothing is left"
assert no_sessions
run modprobe -r tls
finish
