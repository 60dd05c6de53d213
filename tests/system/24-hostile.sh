#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: --timeout 600
#
# A target that breaks the protocol wherever it can, while threads do I/O
# (tests/system/hostile): each PDU that must be refused fails the connection, for
# its reason, and no other does; no command is lost, no byte lands where it
# should not, and nothing is left.
#
#   hostile_target --netlink--> module --TCP over lo--> hostile_target
#   its threads ----bsg-------> module

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

pdus=${1-2500} violations=${2-60} every=${3-25} # a wrong one in so many

load_module
run /usr/libexec/iscsi-initiator/tests/hostile_target --seed "${SEED:-1}" \
	--pdus "$pdus" --violations "$violations" --every "$every"
finish
