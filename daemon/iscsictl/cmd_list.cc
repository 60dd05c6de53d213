// SPDX-License-Identifier: GPL-2.0-or-later
//
// iscsictl list: one line per session.
#include "daemon/iscsictl/commands.h"
#include "daemon/iscsictl/format.h"

namespace iscsid::cli {
namespace {

using ctl::SessionState;
using ctl::SessionSummary;

// The devices, and why there are none if there are none.
std::string Devices(const SessionSummary& session) {
  std::string text = Join(session.devices);
  if (session.state != SessionState::kLoggedIn && session.failure) {
    text += (text.empty() ? "(" : " (") + session.failure->reason + ")";
  }
  return text;
}

void List(Console& console) {
  const auto reply = console.Call(ctl::ListCall{});
  if (!reply) return;
  if (console.json) return console.PrintJson(ctl::ToJson(*reply));
  if (reply->sessions.empty()) {
    console.err() << "iscsictl: no sessions\n";
    return;
  }
  Table table({"SESSION", "NICKNAME", "TARGET", "PORTAL", "STATE", "DEVICES"});
  for (const SessionSummary& session : reply->sessions) {
    table.Add({session.session ? std::to_string(*session.session) : "",
               session.nickname.value_or(""), session.target,
               ToString(session.portal),
               ctl::ToJson(session.state).get<std::string>(),
               Devices(session)});
  }
  table.Print(console.out());
}

}  // namespace

void AddList(CLI::App& app, Console& console) {
  CLI::App* command = app.add_subcommand("list", "list the sessions");
  command->callback([&console] { List(console); });
}

}  // namespace iscsid::cli
