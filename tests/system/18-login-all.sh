#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tier: long
# vm: --timeout 36000
#
# Every combination of 18-login.sh, on every target.

exec "$(dirname "$0")/18-login.sh" all
