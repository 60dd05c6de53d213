/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CRC32C as iSCSI uses it (RFC 7143 §13.1, RFC 3385): a running sum from
 * ISI_DIGEST_SEED on, which isi_digest_end() turns into what is on the wire.
 * C-121
 */
#ifndef ISI_DIGEST_H
#define ISI_DIGEST_H

#include <linux/crc32c.h>
#include <linux/kernel.h>
#include <linux/types.h>

#define ISI_DIGEST_LEN	4
#define ISI_DIGEST_SEED	(~0U)

static inline u32 isi_digest_add(u32 sum, const void *data, u32 length)
{
	return crc32c(sum, data, length);
}

/* The one number of iSCSI that goes least significant byte first. */
static inline __le32 isi_digest_end(u32 sum)
{
	return cpu_to_le32(~sum);
}

#endif
