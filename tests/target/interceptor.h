// SPDX-License-Identifier: GPL-2.0-or-later
//
// The proxy without its sockets: takes each PDU that passes and says what is
// to be done instead of forwarding it. Follows the login far enough to know
// the digests, and keeps StatSN without gaps when PDUs are injected.
#ifndef TARGET_INTERCEPTOR_H_
#define TARGET_INTERCEPTOR_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/target/codec.h"
#include "tests/target/rules.h"

namespace target {

// Faults at random, so many of them that one comes every `interval`; each is
// for the next PDU that its rule matches.
struct RandomFaults {
  uint64_t seed = 1;
  std::chrono::milliseconds interval{1000};
  std::vector<Rule> rules;
};

// The rules and how often each has matched, over all connections.
class Faults {
 public:
  Faults(std::vector<Rule> rules, std::optional<RandomFaults> random)
      : rules_(std::move(rules)),
        seen_(rules_.size()),
        random_(std::move(random)),
        generator_(random_ ? random_->seed : 0) {}

  // What is to be done to a PDU, in order; `now` is any clock's time.
  std::vector<const Action*> Choose(Side from, const Pdu& pdu,
                                    bool full_feature,
                                    std::chrono::milliseconds now);

 private:
  const Action* ChooseRandom(Side from, const Pdu& pdu,
                             std::chrono::milliseconds now);

  std::vector<Rule> rules_;
  std::vector<uint64_t> seen_;
  std::optional<RandomFaults> random_;
  std::mt19937_64 generator_;
  std::optional<std::chrono::milliseconds> next_;
  const Rule* due_ = nullptr;  // of random_, waiting for its PDU
};

// One thing to do, in order.
struct Step {
  enum class Kind { kForward, kDelay, kStall, kClose, kReset };
  Kind kind = Kind::kForward;
  Side to = Side::kTarget;  // kForward
  Bytes bytes;
  std::chrono::milliseconds time{0};
};

class Interceptor {
 public:
  // `tell` hears of each fault.
  Interceptor(Faults& faults, std::function<void(const std::string&)> tell)
      : faults_(faults), tell_(std::move(tell)) {}

  std::vector<Step> Take(Side from, const Decoded& decoded,
                         std::chrono::milliseconds now);

  // Of PDUs from that side that come next.
  Digests digests() const { return full_feature_ ? digests_ : Digests{}; }

 private:
  // A PDU on its way, and what is to be wrong with it.
  struct Passing {
    Pdu pdu;
    Wrong wrong;
    unsigned copies = 1;
    bool swap = false;
  };

  void Follow(const Pdu& pdu);
  void Act(const Action& action, Passing& passing, std::vector<Step>& before,
           std::vector<Step>& after);
  void Inject(const Action& action, const Pdu& pdu, std::vector<Step>& steps);
  void Renumber(Side from, Pdu& pdu) const;
  Step Forward(Side from, const Passing& passing, Digests digests) const;

  Faults& faults_;
  std::function<void(const std::string&)> tell_;
  bool full_feature_ = false;
  Digests digests_;        // as agreed so far
  Bytes text_[2];          // login text not yet whole, of each side
  Pdu last_of_target_;     // for the numbers of what is injected
  uint32_t injected_ = 0;  // StatSNs that only the initiator has seen
  std::optional<Step> swapped_[2];
};

}  // namespace target

#endif  // TARGET_INTERCEPTOR_H_
