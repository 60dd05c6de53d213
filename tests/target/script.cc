// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/script.h"

#include <span>

#include "tests/target/text.h"

namespace target {
namespace {

using Words = std::span<const std::string>;
using Parse = Failure (*)(Words words, Statement& statement);

constexpr std::string_view kBlanks = " \t\r";

// OPCODE TERM...
Failure ParsePdu(Words words, Use use, Statement& statement) {
  if (words.empty()) return Error{"the name of a PDU is missing"};
  const auto opcode = ParseOpcode(words[0]);
  if (!opcode) return opcode.error();
  statement.opcode = *opcode;
  auto terms = ParseTerms(*opcode, words.subspan(1), use);
  if (!terms) return terms.error();
  statement.terms = std::move(*terms);
  return std::nullopt;
}

Failure ParseTimeInto(Words words, Statement& statement) {
  const auto time = words.size() == 1
                        ? ParseTime(words[0])
                        : std::optional<std::chrono::milliseconds>();
  if (!time) return Error{"one time is needed, such as 200ms or 5s"};
  statement.time = *time;
  return std::nullopt;
}

Failure ParseNumberInto(Words words, Statement& statement) {
  const auto number =
      words.size() == 1 ? ParseNumber(words[0]) : std::optional<uint64_t>();
  if (!number) return Error{"one number is needed"};
  statement.number = *number;
  return std::nullopt;
}

Failure ParseNothing(Words words, Statement&) {
  if (words.empty()) return std::nullopt;
  return Error{"'" + words[0] + "' is too much"};
}

Failure ParseExpect(Words words, Statement& statement) {
  if (!words.empty() && words[0] == "silence") {
    statement.verb = Verb::kExpectSilence;
    return ParseTimeInto(words.subspan(1), statement);
  }
  for (const char* end : {"close", "reset", "end"})
    if (!words.empty() && words[0] == end) {
      statement.verb = Verb::kExpectEnd;
      statement.value = end;
      return ParseNothing(words.subspan(1), statement);
    }
  statement.verb = Verb::kExpect;
  return ParsePdu(words, Use::kRecognise, statement);
}

Failure ParseSend(Words words, Statement& statement) {
  statement.verb = Verb::kSend;
  if (words.empty() || words[0] != "raw")
    return ParsePdu(words, Use::kChange, statement);
  if (words.size() != 2) return Error{"send raw takes one 0x… or 0b…"};
  statement.verb = Verb::kSendRaw;
  statement.value = words[1];
  return std::nullopt;
}

Failure ParseAnswer(Words words, Statement& statement) {
  statement.verb = Verb::kAnswer;
  if (!words.empty() && LayoutNamed(words[0]))
    return ParsePdu(words, Use::kChange, statement);
  auto terms = ParseTerms(kAnyOpcode, words, Use::kChange);
  if (!terms) return terms.error();
  statement.terms = std::move(*terms);
  return std::nullopt;
}

Failure ParseServe(Words words, Statement& statement) {
  statement.verb = Verb::kServe;
  if (words.empty()) return std::nullopt;
  if (words[0] == "login") {
    statement.verb = Verb::kServeLogin;
    return ParseNothing(words.subspan(1), statement);
  }
  if (words[0] == "for") {
    statement.verb = Verb::kServeFor;
    return ParseTimeInto(words.subspan(1), statement);
  }
  if (words[0] != "until") return Error{"serve [login | for TIME | until PDU]"};
  statement.verb = Verb::kServeUntil;
  return ParsePdu(words.subspan(1), Use::kRecognise, statement);
}

Failure ParseSplit(Words words, Statement& statement) {
  statement.verb = Verb::kSplitOff;
  if (words.size() == 1 && words[0] == "off") return std::nullopt;
  const bool at = !words.empty() && words[0] == "at";
  statement.verb = at ? Verb::kSplitAt : Verb::kSplit;
  auto failure = ParseNumberInto(words.subspan(at), statement);
  if (!failure && !statement.number) return Error{"pieces have bytes"};
  return failure;
}

Failure ParseLet(Words words, Statement& statement) {
  statement.verb = Verb::kLet;
  const size_t equals =
      words.size() == 1 ? words[0].find('=') : std::string::npos;
  if (equals == std::string::npos || !equals) return Error{"let NAME=VALUE"};
  statement.name = words[0].substr(0, equals);
  statement.value = words[0].substr(equals + 1);
  return std::nullopt;
}

Failure ParseCut(Words words, Statement& statement) {
  if (words.empty() || (words[0] != "sent" && words[0] != "received"))
    return Error{"cut sent N | cut received N"};
  statement.verb = words[0] == "sent" ? Verb::kCutSent : Verb::kCutReceived;
  return ParseNumberInto(words.subspan(1), statement);
}

Failure ParseResize(Words words, Statement& statement) {
  statement.verb = Verb::kResize;
  const auto size =
      words.size() == 1 ? ParseSize(words[0]) : std::optional<uint64_t>();
  if (!size || !*size) return Error{"resize SIZE, such as 128M"};
  statement.number = *size;
  return std::nullopt;
}

template <Verb verb, Failure (*parse)(Words, Statement&)>
Failure ParseAs(Words words, Statement& statement) {
  statement.verb = verb;
  return parse(words, statement);
}

struct Keyword {
  std::string_view word;
  Parse parse;
};

constexpr Keyword kKeywords[] = {
    {"expect", ParseExpect},
    {"send", ParseSend},
    {"answer", ParseAnswer},
    {"ignore", ParseAs<Verb::kIgnore, ParseNothing>},
    {"serve", ParseServe},
    {"split", ParseSplit},
    {"merge", ParseAs<Verb::kMerge, ParseNothing>},
    {"flush", ParseAs<Verb::kFlush, ParseNothing>},
    {"delay", ParseAs<Verb::kDelay, ParseTimeInto>},
    {"stall", ParseAs<Verb::kStall, ParseNothing>},
    {"close", ParseAs<Verb::kClose, ParseNothing>},
    {"shutdown", ParseAs<Verb::kShutdown, ParseNothing>},
    {"reset", ParseAs<Verb::kReset, ParseNothing>},
    {"cut", ParseCut},
    {"resize", ParseResize},
    {"let", ParseLet},
    {"timeout", ParseAs<Verb::kTimeout, ParseTimeInto>},
};

Result<Statement> ParseStatement(Words words) {
  for (const Keyword& keyword : kKeywords) {
    if (keyword.word != words[0]) continue;
    Statement statement;
    if (auto failure = keyword.parse(words.subspan(1), statement))
      return *failure;
    return statement;
  }
  return Error{"there is no statement '" + words[0] + "'"};
}

// "connection N:" or "connection *:"
Result<unsigned> ParseConnection(Words words) {
  const Error wrong{"connection NUMBER: or connection *:"};
  if (words.size() != 2 || !words[1].ends_with(':')) return wrong;
  const std::string which = words[1].substr(0, words[1].size() - 1);
  if (which == "*") return 0u;
  const auto number = ParseNumber(which);
  if (!number || !*number || *number > 100000) return wrong;
  return static_cast<unsigned>(*number);
}

class Parser {
 public:
  Parser(std::string file, Options options) {
    script_.file = std::move(file);
    script_.options = std::move(options);
  }

  Failure Line(unsigned number, std::string_view text) {
    const auto words = SplitWords(text);
    if (!words) return words.error();
    if (words->empty()) return std::nullopt;
    if ((*words)[0] == "connection") return Connection(*words);
    if ((*words)[0] == "option") return Option(Words(*words).subspan(1));
    auto statement = ParseStatement(*words);
    if (!statement) return statement.error();
    statement->line = number;
    script_.sections[current_].push_back(std::move(*statement));
    return std::nullopt;
  }

  Script Take() { return std::move(script_); }

 private:
  Failure Connection(Words words) {
    const auto number = ParseConnection(words);
    if (!number) return number.error();
    if (!script_.sections.try_emplace(*number).second)
      return Error{"this connection was described above"};
    current_ = *number;
    return std::nullopt;
  }

  Failure Option(Words words) {
    auto options = ParseOptions({words.begin(), words.end()}, script_.options);
    if (!options) return options.error();
    script_.options = std::move(*options);
    return std::nullopt;
  }

  Script script_;
  unsigned current_ = 1;
};

// The character after a backslash, and what it takes.
std::optional<char> Escape(std::string_view& text) {
  const char letter = text.empty() ? '\0' : text[0];
  if (!text.empty()) text.remove_prefix(1);
  switch (letter) {
    case '0':
      return '\0';
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case '"':
    case '\\':
      return letter;
    case 'x':
      if (const auto byte = DecodeBinary("0x" + std::string(text.substr(0, 2)));
          byte && byte->size() == 1) {
        text.remove_prefix(2);
        return static_cast<char>((*byte)[0]);
      }
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

// What stands between quotes, the first of which is gone.
Failure TakeQuoted(std::string_view& text, std::string& word) {
  while (!text.empty()) {
    const char c = text[0];
    text.remove_prefix(1);
    if (c == '"') return std::nullopt;
    if (c != '\\') {
      word += c;
      continue;
    }
    const auto escaped = Escape(text);
    if (!escaped)
      return Error{"only \\0 \\n \\t \\xNN \\\" and \\\\ are known"};
    word += *escaped;
  }
  return Error{"a \" has no end"};
}

}  // namespace

std::optional<std::chrono::milliseconds> ParseTime(const std::string& text) {
  const bool ms = text.ends_with("ms");
  if (!text.ends_with('s')) return std::nullopt;
  const auto number = ParseNumber(text.substr(0, text.size() - (ms ? 2 : 1)));
  if (!number || *number > 1000000) return std::nullopt;
  return std::chrono::milliseconds(ms ? *number : *number * 1000);
}

Result<std::vector<std::string>> SplitWords(std::string_view line) {
  std::vector<std::string> words;
  while (true) {
    line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
    if (line.empty() || line[0] == '#') return words;
    std::string& word = words.emplace_back();
    while (!line.empty() && kBlanks.find(line[0]) == std::string_view::npos) {
      const char c = line[0];
      line.remove_prefix(1);
      if (c != '"')
        word += c;
      else if (auto failure = TakeQuoted(line, word))
        return *failure;
    }
  }
}

Result<Script> ParseScript(const std::string& file, std::string_view text,
                           Options options) {
  Parser parser(file, std::move(options));
  unsigned number = 0;
  for (const std::string& line : SplitList(text, '\n'))
    if (auto failure = parser.Line(++number, line))
      return Error{file + ":" + std::to_string(number) + ": " + failure->what};
  Script script = parser.Take();
  if (script.sections.empty()) return Error{file + ": nothing to do"};
  return script;
}

}  // namespace target
