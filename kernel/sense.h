/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What sense data says about the logical units as such. Pure.
 */
#ifndef ISI_SENSE_H
#define ISI_SENSE_H

#include <linux/types.h>
#include <uapi/linux/iscsi_initiator.h>

enum isi_change isi_sense_change(const u8 *sense, u32 length);

#endif
