#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tier: long
# vm: --timeout 3600
#
# 24-hostile.sh with 100 000 PDUs and more.

exec "$(dirname "$0")/24-hostile.sh" 100000 3000
