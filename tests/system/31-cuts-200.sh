#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tier: long
# vm: --timeout 3600
#
# 31-cuts.sh with many more of them.

exec "$(dirname "$0")/31-cuts.sh" 200
