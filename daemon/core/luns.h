// SPDX-License-Identifier: GPL-2.0-or-later
//
// SCSI peripheral device types: what they are called, and which of them get a
// device node of their own. Pure.
#ifndef ISCSID_CORE_LUNS_H_
#define ISCSID_CORE_LUNS_H_

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "daemon/ctl/messages.h"

namespace iscsid {

struct ScsiType {
  uint8_t code;  // as in sysfs's `type`
  std::string_view name;
  bool has_node;  // by sd, st, sr or ch
};

inline constexpr ScsiType kScsiTypes[] = {
    {0, "disk", true},
    {1, "tape", true},
    {3, "processor", false},
    {4, "worm", true},
    {5, "cdrom", true},
    {6, "scanner", false},
    {7, "optical", true},
    {8, "changer", true},
    {12, "storage array", false},
    {13, "enclosure", false},
    {14, "disk", true},
    {17, "object storage", false},
    {20, "zoned disk", true},
    {30, "well known", false},
};

// Null for a type that nobody uses.
inline const ScsiType* FindScsiType(unsigned code) {
  for (const ScsiType& type : kScsiTypes) {
    if (type.code == code) return &type;
  }
  return nullptr;
}

// Every logical unit that some driver makes a node for has it.
inline bool AllHaveNodes(const std::vector<ctl::Lun>& luns) {
  return std::all_of(luns.begin(), luns.end(), [](const ctl::Lun& lun) {
    if (lun.device || !lun.type) return true;
    return std::none_of(std::begin(kScsiTypes), std::end(kScsiTypes),
                        [&](const ScsiType& type) {
                          return type.has_node && type.name == *lun.type;
                        });
  });
}

}  // namespace iscsid

#endif  // ISCSID_CORE_LUNS_H_
