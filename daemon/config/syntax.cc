// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/config/syntax.h"

#include <utility>

#include "daemon/config/keys.h"
#include "daemon/proto/name.h"

namespace iscsid::config {
namespace {

enum class Kind { kWord, kEquals, kOpen, kClose, kSemicolon, kEnd, kBad };

struct Token {
  Kind kind = Kind::kEnd;
  Word word;
  std::string problem;  // kBad: what was expected
};

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool IsControl(char c) {
  return (static_cast<unsigned char>(c) < ' ' && !IsSpace(c)) || c == '\x7f';
}

bool EndsWord(char c) {
  return IsSpace(c) || IsControl(c) || c == ';' || c == '{' || c == '}' ||
         c == '"' || c == '#';
}

// Nicknames go into file names and command lines.
bool IsNickname(std::string_view text) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:/[]";
  return text.size() <= 64 &&
         text.find_first_not_of(kAllowed) == std::string_view::npos;
}

// Cuts text into tokens. Where a value may stand, "=" belongs to a word when
// only more of them follow: base64 is padded with it.
class Lexer {
 public:
  enum class Expect { kKey, kValue };

  Lexer(const std::string& file, std::string_view text) : text_(text) {
    place_.file = file;
    place_.line = place_.column = 1;
  }

  Token Next(Expect expect) {
    SkipBlanks();
    Token token;
    token.word.place = place_;
    if (rest().empty()) return token;
    switch (rest().front()) {
      case '=':
        return Single(std::move(token), Kind::kEquals);
      case '{':
        return Single(std::move(token), Kind::kOpen);
      case '}':
        return Single(std::move(token), Kind::kClose);
      case ';':
        return Single(std::move(token), Kind::kSemicolon);
      case '"':
        return Quoted(std::move(token));
      default:
        return Bare(std::move(token), expect);
    }
  }

 private:
  std::string_view rest() const { return text_.substr(at_); }

  void Advance(size_t count) {
    for (; count > 0; --count, ++at_) {
      ++place_.column;
      if (text_[at_] != '\n') continue;
      ++place_.line;
      place_.column = 1;
    }
  }

  void SkipBlanks() {
    while (!rest().empty()) {
      if (IsSpace(rest().front())) {
        Advance(1);
      } else if (rest().front() == '#') {
        Advance(std::min(rest().find('\n'), rest().size()));
      } else {
        return;
      }
    }
  }

  Token Single(Token token, Kind kind) {
    token.kind = kind;
    token.word.text = rest().substr(0, 1);
    Advance(1);
    return token;
  }

  Token Quoted(Token token) {
    const size_t end = rest().find_first_of("\"\n", 1);
    if (end == std::string_view::npos || rest()[end] == '\n') {
      return Bad(std::move(token), "expected a closing '\"' on the same line");
    }
    token.kind = Kind::kWord;
    token.word.quoted = true;
    token.word.text = rest().substr(1, end - 1);
    Advance(end + 1);
    return token;
  }

  Token Bare(Token token, Expect expect) {
    size_t length = 0;
    while (length < rest().size() && !EndsWord(rest()[length])) {
      if (rest()[length] == '=' &&
          (expect == Expect::kKey || !IsPadding(length))) {
        break;
      }
      ++length;
    }
    if (length < rest().size() && IsControl(rest()[length])) {
      Advance(length);
      token.word.place = place_;
      return Bad(std::move(token), "expected text, found a control character");
    }
    if (length < rest().size() && rest()[length] == '#') {
      Advance(length);
      token.word.place = place_;
      return Bad(std::move(token),
                 "expected a space before a comment; quote a value with '#' "
                 "in it");
    }
    token.kind = Kind::kWord;
    token.word.text = rest().substr(0, length);
    Advance(length);
    return token;
  }

  bool IsPadding(size_t equals) const {
    const size_t end = rest().find_first_not_of('=', equals);
    return end == std::string_view::npos || EndsWord(rest()[end]);
  }

  static Token Bad(Token token, std::string problem) {
    token.kind = Kind::kBad;
    token.problem = std::move(problem);
    return token;
  }

  std::string_view text_;
  size_t at_ = 0;
  Place place_;
};

class Parser {
 public:
  Parser(const std::string& file, std::string_view text) : lexer_(file, text) {}

  Document File() {
    for (;;) {
      const Token token = lexer_.Next(Lexer::Expect::kKey);
      if (token.kind == Kind::kEnd) break;
      if (token.kind == Kind::kSemicolon) continue;
      if (!Item(token)) break;
    }
    return std::move(document_);
  }

 private:
  static constexpr const char* kItem = "a key or a nickname";
  static constexpr const char* kInBlock = "a key or '}'";

  // A global setting or a stanza, from its first token on.
  bool Item(const Token& first) {
    if (!IsBareWord(first)) return Expected(kItem, first);
    const Token second = lexer_.Next(Lexer::Expect::kKey);
    if (second.kind == Kind::kEquals) {
      return Value(first.word, document_.globals);
    }
    if (second.kind != Kind::kOpen) {
      return Expected("'=' or '{' after '" + Shown(first.word) + "'", second,
                      QuoteHint());
    }
    if (!IsNickname(first.word.text)) {
      return Fail(first.word.place,
                  "expected a nickname of at most 64 letters, digits and "
                  "'.-_:/[]', found '" +
                      Shown(first.word) + "'");
    }
    return Stanza(document_.blocks.emplace_back(Block{first.word, {}}));
  }

  bool Stanza(Block& block) {
    for (;;) {
      const Token token = lexer_.Next(Lexer::Expect::kKey);
      if (token.kind == Kind::kClose) return true;
      if (token.kind == Kind::kSemicolon) continue;
      if (token.kind == Kind::kEnd) {
        return Fail(token.word.place,
                    "expected '}' to end the stanza '" +
                        std::string(block.nickname.text) + "' of line " +
                        std::to_string(block.nickname.place.line));
      }
      if (!IsBareWord(token)) return Expected(kInBlock, token);
      const Token equals = lexer_.Next(Lexer::Expect::kKey);
      if (equals.kind != Kind::kEquals) {
        return Expected("'=' after the key '" + Shown(token.word) + "'", equals,
                        QuoteHint());
      }
      if (!Value(token.word, block.settings)) return false;
    }
  }

  bool Value(const Word& key, std::vector<Setting>& settings) {
    after_secret_ = IsSecretKey(key.text);
    last_key_ = key.text;
    const Token value = lexer_.Next(Lexer::Expect::kValue);
    if (value.kind != Kind::kWord) {
      return Expected("a value for '" + Printable(key.text) + "'", value);
    }
    settings.push_back({key, value.word});
    return true;
  }

  static bool IsBareWord(const Token& token) {
    return token.kind == Kind::kWord && !token.word.quoted;
  }

  // After a secret any stray word may be the rest of it, so none is shown.
  std::string Shown(const Word& word) const {
    return after_secret_ ? "..." : Printable(word.text);
  }

  std::string QuoteHint() const {
    return last_key_.empty() ? "" : "; quote a value with spaces";
  }

  bool Expected(const std::string& what, const Token& found,
                const std::string& hint = "") {
    if (found.kind == Kind::kBad) return Fail(found.word.place, found.problem);
    const std::string shown =
        found.kind == Kind::kEnd ? "the end of the file" : Quote(found);
    const bool value_missing =
        found.kind == Kind::kEquals && hint.empty() && !last_key_.empty();
    return Fail(found.word.place,
                "expected " + what + ", found " + shown + hint +
                    (value_missing ? "; does '" + Printable(last_key_) +
                                         "' lack its value?"
                                   : ""));
  }

  std::string Quote(const Token& found) const {
    if (found.kind != Kind::kWord) {
      return "'" + std::string(found.word.text) + "'";
    }
    return "'" + Shown(found.word) + "'" +
           (found.word.quoted ? " in quotes" : "");
  }

  bool Fail(const Place& place, std::string message) {
    document_.error = Diagnostic{Severity::kError, place, std::move(message)};
    return false;
  }

  Lexer lexer_;
  Document document_;
  std::string_view last_key_;
  bool after_secret_ = false;
};

}  // namespace

Document ParseSyntax(const std::string& file, std::string_view text) {
  return Parser(file, text).File();
}

}  // namespace iscsid::config
