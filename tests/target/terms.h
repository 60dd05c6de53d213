// SPDX-License-Identifier: GPL-2.0-or-later
//
// What scripts and proxy rules say about a PDU, to recognise it or to change
// it:
//
//   FIELD=VALUE FIELD!=VALUE FLAG      see pdu.h; a flag alone is set
//   key NAME=VALUE... nokey NAME...    text keys; to recognise, * and ? match
//                                      any text and any letter
//   data=0x… text="A=1\0" ahs=0x…      the whole of it
//   cdb=0x28…                          what the CDB begins with
//   length=N ahslength=N               to change: a lie in the header
//   digest=header digest=data pad=N    to change: wrong on the wire
//   flip=BIT                           to change: of the data, past its digest
#ifndef TARGET_TERMS_H_
#define TARGET_TERMS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tests/target/codec.h"
#include "tests/target/result.h"
#include "tests/target/variables.h"

namespace target {

struct Term {
  enum class Kind { kField, kKey, kNoKey, kOther };
  Kind kind = Kind::kField;
  std::string name;
  bool differs = false;              // !=
  std::optional<std::string> value;  // as written, not expanded
};

inline constexpr uint8_t kAnyOpcode = 0xff;

// "ANY", a name of pdu.h or a number.
Result<uint8_t> ParseOpcode(const std::string& word);

enum class Use { kRecognise, kChange };

// Terms of PDUs of that opcode.
Result<std::vector<Term>> ParseTerms(uint8_t opcode,
                                     std::span<const std::string> words,
                                     Use use);

// Why the PDU is not what the terms say; nothing if it is.
Failure Mismatch(const Pdu& pdu, uint8_t opcode, const std::vector<Term>& terms,
                 const Variables& variables);

// Changes it accordingly.
Failure Apply(Pdu& pdu, Wrong& wrong, const std::vector<Term>& terms,
              const Variables& variables);

// Whether this kind of PDU has all the fields named.
bool Fits(uint8_t opcode, const std::vector<Term>& terms);

// Text with * and ?.
bool MatchesPattern(std::string_view text, std::string_view pattern);

}  // namespace target

#endif  // TARGET_TERMS_H_
