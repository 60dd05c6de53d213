// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a proxy does to the PDUs that pass, as text:
//
//   on [N | every N | from N] PDU TERM… : ACTION
//
// where PDU may also be ANY, INITIATOR or TARGET for all of one side, N counts
// what the rule matched since the proxy began, and ACTION is
//
//   drop  duplicate  close  reset     swap: goes after the next one
//   delay TIME                        holds up its whole direction
//   stall                             nothing more in this direction
//   set TERM…                         rewrites, with digests that are right
//                                     unless digest= says otherwise
//   corrupt BIT [quietly]             a bit of the data; quietly: the digest
//                                     is made to fit
//   inject PDU TERM…                  sends one more after it, numbered so that
//                                     neither side sees a gap
#ifndef TARGET_RULES_H_
#define TARGET_RULES_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/target/terms.h"

namespace target {

enum class Side { kInitiator, kTarget };

inline Side Other(Side side) {
  return side == Side::kInitiator ? Side::kTarget : Side::kInitiator;
}
// Who sends such PDUs.
inline Side SenderOf(uint8_t opcode) {
  return opcode & 0x20 ? Side::kTarget : Side::kInitiator;
}

struct Action {
  enum class Kind {
    kDrop,
    kDuplicate,
    kSwap,
    kDelay,
    kStall,
    kClose,
    kReset,
    kSet,
    kCorrupt,
    kInject,
  };
  Kind kind = Kind::kDrop;
  std::string text;  // as written
  std::chrono::milliseconds time{0};
  uint64_t bit = 0;
  bool quietly = false;
  uint8_t opcode = kAnyOpcode;
  std::vector<Term> terms;
};

struct Rule {
  enum class When { kAlways, kOnce, kEvery, kFrom };
  When when = When::kAlways;
  uint64_t number = 0;
  std::optional<Side> side;  // of ANY
  uint8_t opcode = kAnyOpcode;
  std::vector<Term> terms;
  Action action;
};

Result<Rule> ParseRule(const std::string& text);
Result<Action> ParseAction(std::span<const std::string> words);

// Whether the rule acts on the count-th PDU it matches.
bool ActsOn(const Rule& rule, uint64_t count);

}  // namespace target

#endif  // TARGET_RULES_H_
