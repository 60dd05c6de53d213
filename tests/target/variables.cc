// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/variables.h"

#include <cctype>
#include <vector>

#include "tests/target/chap.h"
#include "tests/target/text.h"

namespace target {
namespace {

using Arguments = std::vector<std::string>;

Result<std::string> Chap(const Arguments& arguments) {
  const auto algorithm = ParseNumber(arguments[0]);
  const auto identifier = ParseNumber(arguments[1]);
  const auto challenge = DecodeBinary(arguments[3]);
  if (!algorithm || !identifier || !challenge)
    return Error{"$chap: algorithm, identifier or challenge is wrong"};
  const auto response =
      ChapResponse(static_cast<unsigned>(*algorithm),
                   static_cast<uint8_t>(*identifier), arguments[2], *challenge);
  if (!response) return Error{"$chap: no algorithm " + arguments[0]};
  return ToHex(*response);
}

Result<std::string> Random(const Arguments& arguments) {
  const auto count = ParseNumber(arguments[0]);
  if (!count || *count > (1 << 24)) return Error{"$random: not a length"};
  return ToHex(RandomBytes(*count));
}

Result<std::string> Repeat(const Arguments& arguments) {
  const auto count = ParseNumber(arguments[1]);
  if (!count || *count > (1 << 24)) return Error{"$repeat: not a count"};
  std::string text;
  for (uint64_t i = 0; i < *count; ++i) text += arguments[0];
  return text;
}

// With 32 bits, as sequence numbers are.
Result<std::string> Add(const Arguments& arguments) {
  uint64_t sum = 0;
  for (std::string_view each : arguments) {
    const bool negative = each.starts_with('-');
    const auto number = ParseNumber(each.substr(negative));
    if (!number) return Error{"$add: '" + std::string(each) + "'"};
    sum += negative ? ~*number + 1 : *number;
  }
  return std::to_string(static_cast<uint32_t>(sum));
}

struct Function {
  std::string_view name;
  size_t arguments;
  Result<std::string> (*call)(const Arguments&);
};

constexpr Function kFunctions[] = {{"chap", 4, Chap},
                                   {"random", 1, Random},
                                   {"repeat", 2, Repeat},
                                   {"add", 2, Add}};

Result<std::string> Call(const std::string& name, const Arguments& arguments) {
  for (const Function& each : kFunctions) {
    if (each.name != name) continue;
    if (each.arguments != arguments.size())
      return Error{"$" + name + " takes " + std::to_string(each.arguments) +
                   " arguments"};
    return each.call(arguments);
  }
  return Error{"there is no function $" + name};
}

bool IsNameCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

// Takes "NAME" or "{NAME}" off the front.
std::string TakeName(std::string_view& text) {
  size_t end = 0;
  if (text.starts_with('{')) {
    end = std::min(text.find('}'), text.size());
    const std::string name(text.substr(1, end - 1));
    text.remove_prefix(std::min(end + 1, text.size()));
    return name;
  }
  while (end < text.size() && IsNameCharacter(text[end])) ++end;
  const std::string name(text.substr(0, end));
  text.remove_prefix(end);
  return name;
}

// Takes "(…)" off the front and splits it at its own commas.
std::optional<Arguments> TakeArguments(std::string_view& text) {
  Arguments arguments{""};
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '(' && ++depth == 1) continue;
    if (c == ')' && --depth == 0) {
      text.remove_prefix(i + 1);
      return arguments;
    }
    if (c == ',' && depth == 1)
      arguments.emplace_back();
    else
      arguments.back() += c;
  }
  return std::nullopt;
}

}  // namespace

Result<std::string> Variables::Expand(std::string_view text) const {
  std::string expanded;
  while (!text.empty()) {
    const size_t dollar = std::min(text.find('$'), text.size());
    expanded += text.substr(0, dollar);
    text.remove_prefix(dollar);
    if (text.empty()) break;
    text.remove_prefix(1);
    auto value = ExpandOne(text);
    if (!value) return value;
    expanded += *value;
  }
  return expanded;
}

Result<std::string> Variables::ExpandOne(std::string_view& text) const {
  const std::string name = TakeName(text);
  if (name.empty()) return Error{"'$' stands before no name"};
  if (!text.starts_with('(')) return Value(name);
  auto arguments = TakeArguments(text);
  if (!arguments) return Error{"$" + name + "( has no end"};
  for (std::string& argument : *arguments) {
    auto value = Expand(argument);
    if (!value) return value;
    argument = *value;
  }
  return Call(name, *arguments);
}

Result<std::string> Variables::Value(const std::string& name) const {
  if (const auto found = values_->find(name); found != values_->end())
    return found->second;
  if (last_) {
    if (const auto field = FieldNamed(last_->opcode(), name))
      return std::to_string(last_->Get(*field));
    const KeyList keys = ParseKeys(last_->data);
    if (const std::string* value = FindKey(keys, name)) return *value;
  }
  return Error{"there is no $" + name};
}

}  // namespace target
