// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/rules.h"

#include <algorithm>

#include "tests/target/script.h"

namespace target {
namespace {

using Words = std::span<const std::string>;
using Kind = Action::Kind;

Failure ParseNothing(Words words, Action&) {
  if (words.empty()) return std::nullopt;
  return Error{"'" + words[0] + "' is too much"};
}

Failure ParseDelay(Words words, Action& action) {
  const auto time = words.size() == 1
                        ? ParseTime(words[0])
                        : std::optional<std::chrono::milliseconds>();
  if (!time) return Error{"delay TIME, such as 200ms"};
  action.time = *time;
  return std::nullopt;
}

Failure ParseSet(Words words, Action& action) {
  auto terms = ParseTerms(kAnyOpcode, words, Use::kChange);
  if (!terms) return terms.error();
  if (terms->empty()) return Error{"set what?"};
  action.terms = std::move(*terms);
  return std::nullopt;
}

Failure ParseCorrupt(Words words, Action& action) {
  const auto bit =
      words.empty() ? std::optional<uint64_t>(0) : ParseNumber(words[0]);
  action.quietly = words.size() == 2 && words[1] == "quietly";
  if (!bit || words.size() > 1u + action.quietly)
    return Error{"corrupt BIT [quietly]"};
  action.bit = *bit;
  return std::nullopt;
}

Failure ParseInject(Words words, Action& action) {
  if (words.empty()) return Error{"inject PDU TERM..."};
  const auto opcode = ParseOpcode(words[0]);
  if (!opcode) return opcode.error();
  if (*opcode == kAnyOpcode) return Error{"inject needs one PDU"};
  auto terms = ParseTerms(*opcode, words.subspan(1), Use::kChange);
  if (!terms) return terms.error();
  action.opcode = *opcode;
  action.terms = std::move(*terms);
  return std::nullopt;
}

struct ActionWord {
  std::string_view word;
  Kind kind;
  Failure (*parse)(Words words, Action& action);
};

constexpr ActionWord kActionWords[] = {
    {"drop", Kind::kDrop, ParseNothing},
    {"duplicate", Kind::kDuplicate, ParseNothing},
    {"swap", Kind::kSwap, ParseNothing},
    {"delay", Kind::kDelay, ParseDelay},
    {"stall", Kind::kStall, ParseNothing},
    {"close", Kind::kClose, ParseNothing},
    {"reset", Kind::kReset, ParseNothing},
    {"set", Kind::kSet, ParseSet},
    {"corrupt", Kind::kCorrupt, ParseCorrupt},
    {"inject", Kind::kInject, ParseInject},
};

// [N | every N | from N], taken off the front.
Failure TakeCount(Words& words, Rule& rule) {
  if (words.empty()) return std::nullopt;
  if (words[0] == "every" || words[0] == "from") {
    rule.when = words[0] == "every" ? Rule::When::kEvery : Rule::When::kFrom;
    words = words.subspan(1);
  } else if (ParseNumber(words[0])) {
    rule.when = Rule::When::kOnce;
  } else {
    return std::nullopt;
  }
  const auto number =
      words.empty() ? std::optional<uint64_t>() : ParseNumber(words[0]);
  if (!number || !*number) return Error{"a count is 1 or more"};
  rule.number = *number;
  words = words.subspan(1);
  return std::nullopt;
}

Failure ParseMatch(Words words, Rule& rule) {
  if (words.empty() || words[0] != "on") return Error{"a rule begins with on"};
  words = words.subspan(1);
  if (auto failure = TakeCount(words, rule)) return failure;
  if (words.empty()) return Error{"the name of a PDU is missing"};
  if (words[0] == "INITIATOR") {
    rule.side = Side::kInitiator;
  } else if (words[0] == "TARGET") {
    rule.side = Side::kTarget;
  } else {
    const auto opcode = ParseOpcode(words[0]);
    if (!opcode) return opcode.error();
    rule.opcode = *opcode;
  }
  auto terms = ParseTerms(rule.opcode, words.subspan(1), Use::kRecognise);
  if (!terms) return terms.error();
  rule.terms = std::move(*terms);
  return std::nullopt;
}

Result<Rule> ParseRuleWords(Words words) {
  const auto colon = std::find(words.begin(), words.end(), ":");
  if (colon == words.end()) return Error{"' : ' parts PDU and action"};
  const auto before = static_cast<size_t>(colon - words.begin());
  Rule rule;
  if (auto failure = ParseMatch(words.first(before), rule)) return *failure;
  auto action = ParseAction(words.subspan(before + 1));
  if (!action) return action.error();
  rule.action = std::move(*action);
  return rule;
}

}  // namespace

Result<Action> ParseAction(Words words) {
  if (words.empty()) return Error{"an action is missing"};
  for (const ActionWord& each : kActionWords) {
    if (each.word != words[0]) continue;
    Action action;
    action.kind = each.kind;
    for (const std::string& word : words)
      action.text += (action.text.empty() ? "" : " ") + word;
    if (auto failure = each.parse(words.subspan(1), action)) return *failure;
    return action;
  }
  return Error{"there is no action '" + words[0] + "'"};
}

Result<Rule> ParseRule(const std::string& text) {
  const auto words = SplitWords(text);
  if (!words) return words.error();
  auto rule = ParseRuleWords(*words);
  if (!rule) return Error{"rule '" + text + "': " + rule.error().what};
  return rule;
}

bool ActsOn(const Rule& rule, uint64_t count) {
  switch (rule.when) {
    case Rule::When::kAlways:
      return true;
    case Rule::When::kOnce:
      return count == rule.number;
    case Rule::When::kEvery:
      return count % rule.number == 0;
    case Rule::When::kFrom:
      return count >= rule.number;
  }
  return false;
}

}  // namespace target
