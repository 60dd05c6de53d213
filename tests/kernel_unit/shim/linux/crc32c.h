/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's crc32c(), by definition: reflected polynomial 0x1edc6f41. */
#ifndef SHIM_LINUX_CRC32C_H
#define SHIM_LINUX_CRC32C_H

#include <linux/types.h>

static inline u32 crc32c(u32 crc, const void *data, unsigned int length)
{
	const u8 *bytes = (const u8 *)data;

	for (unsigned int i = 0; i < length; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return crc;
}

#endif
