// SPDX-License-Identifier: GPL-2.0-or-later
//
// A script: what a target does on each connection, line by line. README.md has
// the grammar; here it becomes a list of statements, each checked as far as
// it can be before the first connection comes.
#ifndef TARGET_SCRIPT_H_
#define TARGET_SCRIPT_H_

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/target/options.h"
#include "tests/target/terms.h"

namespace target {

enum class Verb {
  kExpect,         // the next PDU
  kExpectEnd,      // the initiator closes or resets
  kExpectSilence,  // nothing for a time
  kSend,
  kSendRaw,
  kAnswer,      // as the well-behaved target would, but changed
  kIgnore,      // the PDU expected last: as if it had never come
  kServe,       // behave, until the connection ends
  kServeLogin,  // … until the full feature phase
  kServeFor,    // … for a time
  kServeUntil,  // … until such a PDU comes, which is not served
  kSplit,       // pieces of so many bytes
  kSplitAt,     // two pieces
  kSplitOff,
  kMerge,  // hold back what is sent
  kFlush,  // and send it in one piece
  kDelay,
  kStall,     // ignore everything until the initiator ends the connection
  kClose,     // FIN, when all is sent
  kShutdown,  // FIN, but go on reading
  kReset,     // RST
  kCutSent,   // RST after so many bytes of the connection
  kCutReceived,
  kResize,  // all disks, keeping what still fits
  kLet,
  kTimeout,  // how long to wait for what is expected
};

struct Statement {
  unsigned line = 0;
  Verb verb{};
  uint8_t opcode = kAnyOpcode;
  std::vector<Term> terms;
  std::string name;   // kLet
  std::string value;  // kLet, kSendRaw, kExpectEnd
  uint64_t number = 0;
  std::chrono::milliseconds time{0};
};

// What happens on connection number N; 0 is "any other".
using Section = std::vector<Statement>;

struct Script {
  std::string file;
  std::map<unsigned, Section> sections;
  Options options;  // of the script's own "option" lines
};

// The error says FILE:LINE.
Result<Script> ParseScript(const std::string& file, std::string_view text,
                           Options options = {});

// Words of a line: blanks part them, "…" keeps them, \n \0 \xNN \" \\ in
// quotes; # begins a comment.
Result<std::vector<std::string>> SplitWords(std::string_view line);

// "200ms", "5s"
std::optional<std::chrono::milliseconds> ParseTime(const std::string& text);

}  // namespace target

#endif  // TARGET_SCRIPT_H_
