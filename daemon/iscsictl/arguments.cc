// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/iscsictl/arguments.h"

#include <algorithm>
#include <charconv>

#include "daemon/config/keys.h"

namespace iscsid::cli {
namespace {

// CLI11's convention: empty when all is well.
std::string CheckPortal(const std::string& text) {
  const Result<Portal> portal = ParsePortal(text);
  return portal ? "" : portal.error().what;
}

std::string CheckSetting(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    return "expected key=value, found " + text;
  const std::string key = text.substr(0, equals);
  if (!config::IsSecretKey(key)) return "";
  return "everybody can read a secret in a command line; take another one, now "
         "that this one was there, and set it in iscsi.conf, or give " +
         key + "File=PATH here";
}

std::optional<uint32_t> AsNumber(const std::string& word) {
  uint32_t number = 0;
  const char* end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

}  // namespace

Failure Usage(const std::string& message) {
  return {.code = ExitCode::kUsage, .message = message, .error = {}};
}

bool LooksLikeIscsiName(const std::string& word) {
  return word.starts_with("iqn.") || word.starts_with("eui.") ||
         word.starts_with("naa.");
}

CLI::Option* PortalArgument::Add(CLI::App& command, const std::string& names) {
  return command
      .add_option(names, text, "where the target listens: host[:port][,tag]")
      ->type_name("PORTAL")
      ->check(CLI::Validator(CheckPortal, "", "portal"));
}

std::optional<Portal> PortalArgument::Value() const {
  if (text.empty()) return std::nullopt;
  Result<Portal> portal = ParsePortal(text);
  if (!portal) return std::nullopt;
  return *std::move(portal);
}

void SettingsArgument::Add(CLI::App& command) {
  command
      .add_option("-o,--option", texts,
                  "a key of iscsi.conf(5) for this call only")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false)
      ->check(CLI::Validator(CheckSetting, "", "setting"));
}

std::optional<ctl::Keys> SettingsArgument::Value() const {
  if (texts.empty()) return std::nullopt;
  ctl::Keys keys;
  for (const std::string& text : texts) {
    const size_t equals = text.find('=');
    keys[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return keys;
}

void TimeoutArgument::Add(CLI::App& command) {
  command.add_option("--timeout", seconds, "give up after this many seconds")
      ->type_name("SECONDS")
      ->check(CLI::Range(1, 86400));
}

std::optional<uint32_t> TimeoutArgument::Milliseconds() const {
  if (!seconds) return std::nullopt;
  return *seconds * 1000;
}

void QuestionArguments::Add(CLI::App& command) {
  portal.Add(command, "PORTAL,-p,--portal");
  settings.Add(command);
  timeout.Add(command);
}

Result<ctl::PortalQuestion, Failure> QuestionArguments::Value() const {
  ctl::PortalQuestion question;
  question.portal = portal.Value();
  if (!nickname.empty()) question.nickname = nickname;
  if (!target.empty()) question.target = target;
  question.settings = settings.Value();
  question.timeout_ms = timeout.Milliseconds();
  if (question.portal.has_value() == question.nickname.has_value())
    return Usage("give a portal, or with -n the nickname of a stanza");
  return question;
}

void SelectorArgument::Add(CLI::App& command) {
  command.add_option("SESSION", word,
                     "a nickname, a session's id or a target's name");
  command.add_option("-n,--nickname", nickname, "the session of this stanza")
      ->type_name("NICKNAME");
  command.add_option("-i,--session", session, "the session with this id")
      ->type_name("ID");
  command.add_option("-t,--target", target, "the session to this target")
      ->type_name("NAME");
  portal.Add(command, "-p,--portal");
}

bool SelectorArgument::Given() const {
  return !word.empty() || !nickname.empty() || session || !target.empty() ||
         !portal.text.empty();
}

Result<ctl::Selector, Failure> SelectorArgument::Value() const {
  ctl::Selector selector;
  if (!nickname.empty()) selector.nickname = nickname;
  if (!target.empty()) selector.target = target;
  selector.session = session;
  selector.portal = portal.Value();
  const auto given =
      std::ranges::count(std::array{!word.empty(), !nickname.empty(),
                                    session.has_value(), !target.empty()},
                         true);
  if (given != 1) {
    return Usage(
        "give one session: a nickname, an id or a target's name; "
        "'iscsictl list' shows them");
  }
  if (!word.empty()) {
    selector.session = AsNumber(word);
    if (LooksLikeIscsiName(word)) {
      selector.target = word;
    } else if (!selector.session) {
      selector.nickname = word;
    }
  }
  if (selector.portal && !selector.target) {
    return Usage("a portal only narrows down a target; give -t too");
  }
  return selector;
}

}  // namespace iscsid::cli
