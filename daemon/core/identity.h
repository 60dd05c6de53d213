// SPDX-License-Identifier: GPL-2.0-or-later
//
// Who we are to targets and stay after a restart: the InitiatorName when no
// file of the user's gives one, and one ISID per path (RFC 7143 §4.4.3: name
// and ISID are the SCSI initiator port, which reservations stick to; §10.1.1
// wants it kept). Kept in the Store as `initiatorname.iscsi` and `isids.json`.
#ifndef ISCSID_CORE_IDENTITY_H_
#define ISCSID_CORE_IDENTITY_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "daemon/core/environment.h"
#include "daemon/proto/isid.h"

namespace iscsid {

class Identity {
 public:
  // More paths than this are not remembered; the oldest is forgotten.
  static constexpr size_t kMaxPaths = 4096;

  // Outlives the saves it starts.
  explicit Identity(Environment& env) : env_(env) {}

  // Reads what was kept. `machine_hash` is derived from the machine's id, the
  // same on every start; empty when the machine has none.
  void Load(const std::string& machine_hash);

  [[nodiscard]] const std::string& initiator_name() const {
    return initiator_name_;
  }

  // The ISID of a path, the same every time; a new one is none for which
  // in_use() holds (C-057). Saving it goes on behind the caller's back: a
  // login does not wait for a disk.
  Isid IsidFor(const std::string& path,
               const std::function<bool(const Isid&)>& in_use);

 private:
  void LoadName(const std::string& machine_hash);
  void LoadIsids();
  void Save(std::string name, std::string text);
  void SaveIsids();
  void ForgetOldest();

  Environment& env_;
  std::string initiator_name_;
  uint32_t base_ = 0;  // 24 bits: the ISID but for its qualifier
  uint16_t last_qualifier_ = 0;
  std::map<std::string, uint16_t> qualifiers_;  // by path
};

}  // namespace iscsid

#endif  // ISCSID_CORE_IDENTITY_H_
