// SPDX-License-Identifier: GPL-2.0-or-later
//
// Arguments that several commands share, and how they become parameters of a
// call.
#ifndef ISCSID_ISCSICTL_ARGUMENTS_H_
#define ISCSID_ISCSICTL_ARGUMENTS_H_

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "daemon/ctl/calls.h"
#include "daemon/ctl/messages.h"
#include "daemon/iscsictl/client.h"
#include "daemon/proto/address.h"

namespace iscsid::cli {

// -p: checked where it is parsed, so that a typing error is one of usage.
struct PortalArgument {
  std::string text;

  CLI::Option* Add(CLI::App& command, const std::string& names);
  std::optional<Portal> Value() const;
};

// -o key=value, any number of them.
struct SettingsArgument {
  std::vector<std::string> texts;

  void Add(CLI::App& command);
  std::optional<ctl::Keys> Value() const;
};

// --timeout in seconds.
struct TimeoutArgument {
  std::optional<uint32_t> seconds;

  void Add(CLI::App& command);
  std::optional<uint32_t> Milliseconds() const;
};

// A portal, or with -n that of a stanza, and what goes with the question. The
// command says what nickname and target are to it.
struct QuestionArguments {
  PortalArgument portal;
  std::string nickname;
  std::string target;
  SettingsArgument settings;
  TimeoutArgument timeout;

  void Add(CLI::App& command);
  Result<ctl::PortalQuestion, Failure> Value() const;
};

// Which session: a word (a number is a session's id, an iSCSI name a target,
// anything else a nickname), or -n, -i, -t and -p.
struct SelectorArgument {
  std::string word;
  std::string nickname;
  std::optional<uint32_t> session;
  std::string target;
  PortalArgument portal;

  void Add(CLI::App& command);
  bool Given() const;
  Result<ctl::Selector, Failure> Value() const;
};

// "iqn.…", "eui.…" or "naa.…".
bool LooksLikeIscsiName(const std::string& word);

Failure Usage(const std::string& message);

}  // namespace iscsid::cli

#endif  // ISCSID_ISCSICTL_ARGUMENTS_H_
