// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/terms.h"

#include <algorithm>
#include <array>

#include "tests/target/text.h"

namespace target {
namespace {

constexpr std::string_view kBoth[] = {"data", "text", "ahs"};
constexpr std::string_view kToRecognise[] = {"cdb"};
constexpr std::string_view kToChange[] = {"digest", "pad",       "flip",
                                          "length", "ahslength", "cdb"};

template <size_t N>
bool IsOneOf(const std::string_view (&names)[N], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

bool IsOther(std::string_view name, Use use) {
  return IsOneOf(kBoth, name) ||
         (use == Use::kRecognise ? IsOneOf(kToRecognise, name)
                                 : IsOneOf(kToChange, name));
}

// NAME, NAME=VALUE, NAME!=VALUE
Term SplitWord(const std::string& word) {
  Term term;
  const size_t equals = word.find('=');
  term.name = word.substr(0, equals);
  if (equals == std::string::npos) return term;
  term.value = word.substr(equals + 1);
  term.differs = term.name.ends_with('!');
  if (term.differs) term.name.pop_back();
  return term;
}

std::optional<Field> FieldOfAny(std::string_view name) {
  for (const Layout& layout : Layouts())
    if (const auto field = FieldNamed(layout.opcode, name)) return field;
  return std::nullopt;
}

Result<Term> ParseFieldTerm(uint8_t opcode, const std::string& word, Use use) {
  Term term = SplitWord(word);
  if (IsOther(term.name, use)) {
    term.kind = Term::Kind::kOther;
    if (!term.value) return Error{term.name + " needs a value"};
    return term;
  }
  const auto field = opcode == kAnyOpcode ? FieldOfAny(term.name)
                                          : FieldNamed(opcode, term.name);
  if (!field) return Error{"this PDU has no field '" + term.name + "'"};
  if (!term.value && field->bits != 1)
    return Error{"field " + term.name + " needs a value"};
  if (term.differs && use == Use::kChange)
    return Error{"'" + word + "': != gives no value to send"};
  return term;
}

// Status-Class and Status-Detail are written as the RFC does: four hex digits.
std::optional<uint64_t> FieldNumber(const Field& field,
                                    const std::string& text) {
  const bool status = field.offset == field::kLoginStatus.offset &&
                      field.name == field::kLoginStatus.name;
  return ParseNumber(status && !text.starts_with("0x") ? "0x" + text : text);
}

Failure FieldMismatch(const Pdu& pdu, const Term& term,
                      const std::string& value) {
  const auto field = FieldNamed(pdu.opcode(), term.name);
  if (!field) return Error{"it has no field " + term.name};
  const bool length = field->name == field::kDataLength.name;
  const uint64_t got = length ? pdu.data.size() : pdu.Get(*field);
  const auto want = FieldNumber(*field, value);
  if (!want) return Error{term.name + ": '" + value + "' is not a number"};
  if ((got == *want) != term.differs) return std::nullopt;
  return Error{term.name + " is " + std::to_string(got)};
}

Failure KeyMismatch(const Pdu& pdu, const Term& term,
                    const std::string& pattern) {
  const KeyList keys = ParseKeys(pdu.data);
  const std::string* found = FindKey(keys, term.name);
  if (term.kind == Term::Kind::kNoKey) {
    if (!found) return std::nullopt;
    return Error{"key " + term.name + " is there"};
  }
  if (!found) return Error{"key " + term.name + " is missing"};
  if (!term.value || MatchesPattern(*found, pattern) != term.differs)
    return std::nullopt;
  return Error{"key " + term.name + " is " + *found};
}

Failure OtherMismatch(const Pdu& pdu, const Term& term,
                      const std::string& value) {
  const Bytes want = term.name == "text"
                         ? BytesOf(value)
                         : DecodeBinary(value).value_or(Bytes{});
  Bytes got = term.name == "ahs" ? pdu.ahs : pdu.data;
  if (term.name == "cdb")
    got.assign(pdu.bhs.begin() + 32,
               pdu.bhs.begin() + 32 +
                   static_cast<ptrdiff_t>(std::min<size_t>(want.size(), 16)));
  if ((got == want) != term.differs) return std::nullopt;
  got.resize(std::min<size_t>(got.size(), 64));
  return Error{term.name + " is " + ToHex(got)};
}

Failure ApplyField(Pdu& pdu, const Term& term, const std::string& value) {
  const auto field = FieldNamed(pdu.opcode(), term.name);
  if (!field) return Error{"this PDU has no field '" + term.name + "'"};
  const auto number = FieldNumber(*field, value);
  if (!number || *number > field->mask())
    return Error{term.name + ": '" + value + "' does not fit"};
  pdu.Set(*field, *number);
  return std::nullopt;
}

void ApplyKey(Pdu& pdu, const Term& term, const std::string& value) {
  KeyList keys = ParseKeys(pdu.data);
  if (term.kind == Term::Kind::kNoKey)
    RemoveKey(keys, term.name);
  else
    SetKey(keys, term.name, value);
  pdu.data = EncodeKeys(keys);
}

// Where the bytes go; null: they are none.
Failure ApplyBytes(Pdu& pdu, const Term& term, const std::string& value) {
  const auto bytes =
      term.name == "text" ? std::optional(BytesOf(value)) : DecodeBinary(value);
  if (!bytes && value != "0x")
    return Error{term.name + ": '" + value + "' is not 0x… or 0b…"};
  const Bytes content = bytes.value_or(Bytes{});
  if (term.name == "cdb")
    std::copy_n(content.begin(), std::min<size_t>(content.size(), 16),
                pdu.bhs.begin() + 32);
  else
    (term.name == "ahs" ? pdu.ahs : pdu.data) = content;
  return std::nullopt;
}

Failure ApplyWrong(Wrong& wrong, const Term& term, const std::string& value) {
  if (term.name == "digest") {
    if (value != "header" && value != "data")
      return Error{"digest=header or digest=data"};
    (value == "header" ? wrong.header_digest : wrong.data_digest) = true;
    return std::nullopt;
  }
  const auto number = ParseNumber(value);
  if (!number) return Error{term.name + ": '" + value + "' is not a number"};
  if (term.name == "pad") wrong.padding = static_cast<uint8_t>(*number);
  if (term.name == "flip") wrong.flip_bit = static_cast<uint32_t>(*number);
  if (term.name == "length") wrong.length = static_cast<uint32_t>(*number);
  if (term.name == "ahslength")
    wrong.ahs_length = static_cast<uint8_t>(*number);
  return std::nullopt;
}

Failure ApplyOther(Pdu& pdu, Wrong& wrong, const Term& term,
                   const std::string& value) {
  const bool bytes = IsOneOf(kBoth, term.name) || term.name == "cdb";
  return bytes ? ApplyBytes(pdu, term, value) : ApplyWrong(wrong, term, value);
}

}  // namespace

bool MatchesPattern(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*')
    return MatchesPattern(text, pattern.substr(1)) ||
           (!text.empty() && MatchesPattern(text.substr(1), pattern));
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) &&
         MatchesPattern(text.substr(1), pattern.substr(1));
}

Result<uint8_t> ParseOpcode(const std::string& word) {
  if (word == "ANY") return kAnyOpcode;
  if (const Layout* layout = LayoutNamed(word)) return layout->opcode;
  if (const auto number = ParseNumber(word); number && *number < 0x40)
    return static_cast<uint8_t>(*number);
  return Error{"'" + word + "' is no PDU"};
}

Result<std::vector<Term>> ParseTerms(uint8_t opcode,
                                     std::span<const std::string> words,
                                     Use use) {
  std::vector<Term> terms;
  auto kind = Term::Kind::kField;
  for (const std::string& word : words) {
    if (word == "key" || word == "nokey") {
      kind = word == "key" ? Term::Kind::kKey : Term::Kind::kNoKey;
    } else if (kind != Term::Kind::kField) {
      Term term = SplitWord(word);
      term.kind = kind;
      if (use == Use::kChange && kind == Term::Kind::kKey && !term.value)
        return Error{"key " + term.name + " needs a value"};
      terms.push_back(std::move(term));
    } else {
      auto term = ParseFieldTerm(opcode, word, use);
      if (!term) return term.error();
      terms.push_back(std::move(*term));
    }
  }
  return terms;
}

Failure Mismatch(const Pdu& pdu, uint8_t opcode, const std::vector<Term>& terms,
                 const Variables& variables) {
  if (opcode != kAnyOpcode && pdu.opcode() != opcode)
    return Error{"it is another PDU"};
  for (const Term& term : terms) {
    const auto value = variables.Expand(term.value.value_or("1"));
    if (!value) return value.error();
    Failure mismatch;
    switch (term.kind) {
      case Term::Kind::kField:
        mismatch = FieldMismatch(pdu, term, *value);
        break;
      case Term::Kind::kKey:
      case Term::Kind::kNoKey:
        mismatch = KeyMismatch(pdu, term, *value);
        break;
      case Term::Kind::kOther:
        mismatch = OtherMismatch(pdu, term, *value);
        break;
    }
    if (mismatch) return mismatch;
  }
  return std::nullopt;
}

Failure Apply(Pdu& pdu, Wrong& wrong, const std::vector<Term>& terms,
              const Variables& variables) {
  for (const Term& term : terms) {
    const auto value = variables.Expand(term.value.value_or("1"));
    if (!value) return value.error();
    Failure failure;
    switch (term.kind) {
      case Term::Kind::kField:
        failure = ApplyField(pdu, term, *value);
        break;
      case Term::Kind::kKey:
      case Term::Kind::kNoKey:
        ApplyKey(pdu, term, *value);
        break;
      case Term::Kind::kOther:
        failure = ApplyOther(pdu, wrong, term, *value);
        break;
    }
    if (failure) return failure;
  }
  return std::nullopt;
}

bool Fits(uint8_t opcode, const std::vector<Term>& terms) {
  return std::all_of(terms.begin(), terms.end(), [&](const Term& term) {
    return term.kind != Term::Kind::kField ||
           FieldNamed(opcode, term.name).has_value();
  });
}

}  // namespace target
