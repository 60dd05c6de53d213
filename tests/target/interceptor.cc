// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/interceptor.h"

#include <utility>

#include "tests/target/text.h"

namespace target {
namespace {

using namespace field;

bool IsLogin(const Pdu& pdu) {
  return pdu.opcode() == opcode::kLogin ||
         pdu.opcode() == opcode::kLoginResponse;
}

// Which of the target's PDUs hold a StatSN, §11.
bool ShowsStatSn(const Pdu& pdu) {
  return pdu.opcode() != opcode::kDataIn || pdu.Is(kHasStatus);
}

bool TakesStatSn(const Pdu& pdu) {
  return ShowsStatSn(pdu) && pdu.opcode() != opcode::kR2t &&
         (pdu.opcode() != opcode::kNopIn || pdu.itt() != kNoTag);
}

bool Matches(const Rule& rule, Side from, const Pdu& pdu) {
  Variables variables;
  variables.SetLast(pdu);
  return (!rule.side || *rule.side == from) &&
         !Mismatch(pdu, rule.opcode, rule.terms, variables);
}

}  // namespace

std::vector<const Action*> Faults::Choose(Side from, const Pdu& pdu,
                                          bool full_feature,
                                          std::chrono::milliseconds now) {
  std::vector<const Action*> actions;
  for (size_t i = 0; i < rules_.size(); ++i) {
    const Rule& rule = rules_[i];
    if (Matches(rule, from, pdu) && ActsOn(rule, ++seen_[i]))
      actions.push_back(&rule.action);
  }
  if (!random_ || !full_feature) return actions;
  if (const Action* action = ChooseRandom(from, pdu, now))
    actions.push_back(action);
  return actions;
}

const Action* Faults::ChooseRandom(Side from, const Pdu& pdu,
                                   std::chrono::milliseconds now) {
  if (!next_ || now >= *next_) {
    if (next_ && !due_)
      due_ = &random_->rules[generator_() % random_->rules.size()];
    // Between none and two intervals from now.
    next_ = now + std::chrono::milliseconds(
                      generator_() %
                      static_cast<uint64_t>(2 * random_->interval.count() + 1));
  }
  if (!due_ || !Matches(*due_, from, pdu)) return nullptr;
  return &std::exchange(due_, nullptr)->action;
}

// The last single value of a digest key is what holds.
void Interceptor::Follow(const Pdu& pdu) {
  if (full_feature_ || !IsLogin(pdu)) return;
  Bytes& text = text_[pdu.opcode() == opcode::kLogin ? 0 : 1];
  text.insert(text.end(), pdu.data.begin(), pdu.data.end());
  if (pdu.Is(kContinue)) return;
  for (const auto& [name, value] : ParseKeys(std::exchange(text, {}))) {
    if (value.find(',') != std::string::npos) continue;
    if (name == "HeaderDigest") digests_.header = value == "CRC32C";
    if (name == "DataDigest") digests_.data = value == "CRC32C";
  }
  full_feature_ = pdu.opcode() == opcode::kLoginResponse && pdu.Is(kTransit) &&
                  pdu.Get(kNsg) == 3 && pdu.Get(kLoginStatus) == 0;
}

// What only the initiator has seen is hidden from the target.
void Interceptor::Renumber(Side from, Pdu& pdu) const {
  if (!injected_) return;
  if (from == Side::kInitiator)
    pdu.Set(kExpStatSn, pdu.Get32(kExpStatSn) - injected_);
  else if (ShowsStatSn(pdu))
    pdu.Set(kStatSn, pdu.Get32(kStatSn) + injected_);
}

Step Interceptor::Forward(Side from, const Passing& passing,
                          Digests digests) const {
  Step step;
  step.to = Other(from);
  step.bytes = Encode(passing.pdu, digests, passing.wrong);
  return step;
}

std::vector<Step> Interceptor::Take(Side from, const Decoded& decoded,
                                    std::chrono::milliseconds now) {
  const Digests digests = this->digests();  // of this very PDU
  Passing passing;
  passing.pdu = decoded.pdu;
  passing.wrong.header_digest = !decoded.header_digest_ok;
  passing.wrong.data_digest = !decoded.data_digest_ok;
  const auto actions = faults_.Choose(from, decoded.pdu, full_feature_, now);
  Follow(decoded.pdu);
  Renumber(from, passing.pdu);
  if (from == Side::kTarget && ShowsStatSn(passing.pdu))
    last_of_target_ = passing.pdu;

  std::vector<Step> steps, after;
  for (const Action* action : actions) {
    tell_(action->text + ": " + Describe(passing.pdu));
    Act(*action, passing, steps, after);
  }
  auto& swapped = swapped_[from == Side::kInitiator ? 0 : 1];
  if (passing.swap && !swapped && passing.copies) {
    swapped = Forward(from, passing, digests);
  } else {
    for (unsigned i = 0; i < passing.copies; ++i)
      steps.push_back(Forward(from, passing, digests));
    if (swapped) steps.push_back(*std::exchange(swapped, std::nullopt));
  }
  steps.insert(steps.end(), after.begin(), after.end());
  return steps;
}

void Interceptor::Act(const Action& action, Passing& passing,
                      std::vector<Step>& before, std::vector<Step>& after) {
  using Kind = Action::Kind;
  Variables variables;
  variables.SetLast(passing.pdu);
  switch (action.kind) {
    case Kind::kDrop:
      passing.copies = 0;
      return;
    case Kind::kDuplicate:
      ++passing.copies;
      return;
    case Kind::kSwap:
      passing.swap = true;
      return;
    case Kind::kDelay:
      before.push_back({Step::Kind::kDelay, {}, {}, action.time});
      return;
    case Kind::kStall:
      before.push_back({Step::Kind::kStall, {}, {}, {}});
      return;
    case Kind::kClose:
      before.push_back({Step::Kind::kClose, {}, {}, {}});
      return;
    case Kind::kReset:
      before.push_back({Step::Kind::kReset, {}, {}, {}});
      return;
    case Kind::kSet:
      if (auto failure =
              Apply(passing.pdu, passing.wrong, action.terms, variables))
        tell_("not set: " + failure->what);
      return;
    case Kind::kCorrupt:
      if (passing.pdu.data.empty()) return tell_("no data to corrupt");
      if (!action.quietly) {
        passing.wrong.flip_bit = static_cast<uint32_t>(action.bit);
      } else {
        const uint64_t bit = action.bit % (passing.pdu.data.size() * 8);
        passing.pdu.data[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
      }
      return;
    case Kind::kInject:
      return Inject(action, passing.pdu, after);
  }
}

void Interceptor::Inject(const Action& action, const Pdu& pdu,
                         std::vector<Step>& steps) {
  Passing extra;
  const Side from = SenderOf(action.opcode);
  Variables variables;
  variables.SetLast(pdu);
  extra.pdu.Set(kOpcode, action.opcode).Set(kFinal).Set(kItt, kNoTag);
  if (from == Side::kTarget) {
    const uint32_t last = last_of_target_.Get32(kStatSn);
    extra.pdu.Set(kStatSn, last + TakesStatSn(last_of_target_))
        .Set(kExpCmdSn, last_of_target_.Get(kExpCmdSn))
        .Set(kMaxCmdSn, last_of_target_.Get(kMaxCmdSn));
  } else {
    extra.pdu.Set(kImmediate)
        .Set(kTtt, kNoTag)
        .Set(kCmdSn, pdu.Get(kCmdSn))
        .Set(kExpStatSn, pdu.Get(kExpStatSn));
  }
  if (auto failure = Apply(extra.pdu, extra.wrong, action.terms, variables))
    return tell_("not injected: " + failure->what);
  if (from == Side::kTarget) {
    if (TakesStatSn(extra.pdu)) ++injected_;
    last_of_target_ = extra.pdu;
  }
  steps.push_back(Forward(from, extra, digests()));
}

}  // namespace target
