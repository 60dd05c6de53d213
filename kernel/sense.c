// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kernel.h>

#include "sense.h"

#define FIXED		0x70	/* response codes, SPC */
#define DESCRIPTORS	0x72

#define ILLEGAL_REQUEST	0x05
#define UNIT_ATTENTION	0x06

static const struct {
	u8 key;
	u8 asc;
	u8 ascq;
	enum isi_change change;
} changes[] = {
	{ UNIT_ATTENTION, 0x3f, 0x0e, ISI_CHANGE_LUNS },
	{ UNIT_ATTENTION, 0x2a, 0x09, ISI_CHANGE_CAPACITY },
	{ UNIT_ATTENTION, 0x3f, 0x03, ISI_CHANGE_INQUIRY },
	{ ILLEGAL_REQUEST, 0x25, 0x00, ISI_CHANGE_LUN_GONE },
};

/**
 * isi_sense_change() - does a target tell with this that its LUNs changed?
 * @sense: as received; current, in either format
 * @length: its length
 *
 * C-099
 */
enum isi_change isi_sense_change(const u8 *sense, u32 length)
{
	u8 code = length ? sense[0] & 0x7f : 0;
	u32 key_at = code == DESCRIPTORS ? 1 : 2;
	u32 asc_at = code == DESCRIPTORS ? 2 : 12;
	unsigned int i;

	if ((code != FIXED && code != DESCRIPTORS) || length < asc_at + 2)
		return ISI_CHANGE_NONE;
	for (i = 0; i < ARRAY_SIZE(changes); i++)
		if ((sense[key_at] & 0x0f) == changes[i].key &&
		    sense[asc_at] == changes[i].asc &&
		    sense[asc_at + 1] == changes[i].ascq)
			return changes[i].change;
	return ISI_CHANGE_NONE;
}
