#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tier: long
# vm: --timeout 3600
#
# 28-faults.sh for half an hour, with a target that falls silent as well.

exec "$(dirname "$0")/28-faults.sh" 1800 stall
