#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tier: long
# kernel: debug
# vm: --timeout 7200
#
# 24-hostile.sh with 5 000 violations, on the kernel that finds mistakes.

exec "$(dirname "$0")/24-hostile.sh" 0 5000 6
