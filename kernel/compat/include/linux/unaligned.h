/* SPDX-License-Identifier: GPL-2.0-only */
/* Found only where the kernel has none of its own; remove at 6.12. */
#include <asm/unaligned.h>
