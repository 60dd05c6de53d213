// SPDX-License-Identifier: GPL-2.0-or-later
//
// A target's half of operational negotiation (RFC 7143 §6.2 and §13): gives
// each offer its answer and remembers what is agreed.
#ifndef TARGET_NEGOTIATOR_H_
#define TARGET_NEGOTIATOR_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "tests/target/codec.h"
#include "tests/target/text.h"

namespace target {

// What the full feature phase needs to know.
struct Params {
  Digests digests;
  uint32_t max_recv_dsl = 8192;       // what we take
  uint32_t peer_max_recv_dsl = 8192;  // what the initiator takes
  uint32_t max_burst_length = 262144;
  uint32_t first_burst_length = 65536;
  uint32_t max_outstanding_r2t = 1;
  uint32_t max_connections = 1;
  uint32_t error_recovery_level = 0;
  uint32_t time2wait = 2;
  uint32_t time2retain = 20;
  bool initial_r2t = true;
  bool immediate_data = true;
};

class Negotiator {
 public:
  // `ours` replaces or adds to the values this side starts from.
  explicit Negotiator(const KeyList& ours);

  void set_discovery(bool discovery) { discovery_ = discovery; }

  // The answer to an offer, or nothing where a declaration needs none.
  std::optional<std::string> Answer(const std::string& name,
                                    const std::string& value);

  // Declarations of our own, once: MaxRecvDataSegmentLength and whatever of
  // `ours` the RFC does not know.
  KeyList TakeDeclarations();

  // What a script answered in our place, which then holds.
  void Override(const std::string& name, const std::string& value);

  Params Agreed() const;

 private:
  std::string AgreedOn(std::string_view name) const;
  uint32_t AgreedNumber(std::string_view name) const;

  std::map<std::string, std::string, std::less<>> ours_;
  std::map<std::string, std::string, std::less<>> agreed_;
  KeyList declarations_;
  std::string peer_max_recv_dsl_ = "8192";
  bool discovery_ = false;
};

}  // namespace target

#endif  // TARGET_NEGOTIATOR_H_
