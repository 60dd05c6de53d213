/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of the kernel's <linux/kernel.h> the module's pure files use. */
#ifndef SHIM_LINUX_KERNEL_H
#define SHIM_LINUX_KERNEL_H

#include <endian.h>
#include <linux/types.h>

#define cpu_to_be16(x) htobe16(x)
#define cpu_to_be32(x) htobe32(x)
#define cpu_to_le32(x) htole32(x)
#define be16_to_cpu(x) be16toh(x)
#define be32_to_cpu(x) be32toh(x)

#ifndef __cplusplus
#define fallthrough __attribute__((__fallthrough__))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* As in the kernel, both sides must be of one type. */
#define shim_same_type(a, b) \
	_Static_assert(__builtin_types_compatible_p(typeof(a), typeof(b)), \
		       "comparison of distinct types")
#define shim_pick(a, b, op) ({			\
	typeof(a) a_ = (a);			\
	typeof(b) b_ = (b);			\
						\
	shim_same_type(a_, b_);			\
	a_ op b_ ? a_ : b_; })

#define min(a, b) shim_pick(a, b, <)
#define max(a, b) shim_pick(a, b, >)
#define min_t(type, a, b) min((type)(a), (type)(b))
#define max_t(type, a, b) max((type)(a), (type)(b))
#endif

#endif
