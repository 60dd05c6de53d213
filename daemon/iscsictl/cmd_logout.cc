// SPDX-License-Identifier: GPL-2.0-or-later
//
// iscsictl logout: flushes, logs out, forgets the session.
#include <algorithm>
#include <memory>
#include <vector>

#include "daemon/iscsictl/arguments.h"
#include "daemon/iscsictl/commands.h"

namespace iscsid::cli {
namespace {

struct Arguments {
  SelectorArgument selector;
  bool all = false;
  bool force = false;
  TimeoutArgument timeout;
};

void LogOut(const ctl::Selector& selector, const std::string& subject,
            const Arguments& arguments, Console& console) {
  ctl::LogoutCall call;
  call.selector = selector;
  if (arguments.force) call.force = true;
  call.timeout_ms = arguments.timeout.Milliseconds();
  const auto reply = console.Call(call, subject);
  if (reply && console.json) console.PrintJson(ctl::ToJson(*reply));
}

// By id, or by nickname while the first login is still going on.
void LogOutOf(const std::vector<ctl::SessionSummary>& sessions,
              const Arguments& arguments, Console& console) {
  for (const ctl::SessionSummary& session : sessions) {
    ctl::Selector selector;
    selector.session = session.session;
    if (!session.session) selector.nickname = session.nickname;
    LogOut(selector, session.nickname.value_or(session.target), arguments,
           console);
  }
}

void Logout(const Arguments& arguments, Console& console) {
  if (arguments.all) {
    if (arguments.selector.Given()) {
      return console.Report(Usage("give a session or --all, not both"));
    }
    const auto reply = console.Call(ctl::ListCall{});
    if (reply) LogOutOf(reply->sessions, arguments, console);
    return;
  }
  const Result<ctl::Selector, Failure> selector = arguments.selector.Value();
  if (!selector) return console.Report(selector.error());
  if (!selector->nickname) return LogOut(*selector, "", arguments, console);
  // A Discovery stanza has a session for each target it found.
  const auto reply = console.Call(ctl::ListCall{});
  if (!reply) return;
  std::vector<ctl::SessionSummary> sessions = reply->sessions;
  std::erase_if(sessions, [&](const auto& session) {
    return session.nickname != selector->nickname;
  });
  if (sessions.size() < 2) return LogOut(*selector, "", arguments, console);
  LogOutOf(sessions, arguments, console);
}

}  // namespace

void AddLogout(CLI::App& app, Console& console) {
  CLI::App* command =
      app.add_subcommand("logout", "flush a session's devices and log out");
  const auto arguments = std::make_shared<Arguments>();
  arguments->selector.Add(*command);
  command->add_flag("-a,--all", arguments->all, "every session");
  command->add_flag("-f,--force", arguments->force,
                    "even if a device is in use or the target is gone");
  arguments->timeout.Add(*command);
  command->callback([arguments, &console] { Logout(*arguments, console); });
}

}  // namespace iscsid::cli
