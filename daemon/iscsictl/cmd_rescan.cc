// SPDX-License-Identifier: GPL-2.0-or-later
//
// iscsictl rescan: asks a target for its logical units again.
#include <memory>

#include "daemon/iscsictl/arguments.h"
#include "daemon/iscsictl/commands.h"
#include "daemon/iscsictl/format.h"

namespace iscsid::cli {
namespace {

struct Arguments {
  SelectorArgument selector;
  TimeoutArgument timeout;
};

void Rescan(const Arguments& arguments, Console& console) {
  const Result<ctl::Selector, Failure> selector = arguments.selector.Value();
  if (!selector) return console.Report(selector.error());
  ctl::RescanCall call;
  call.selector = *selector;
  call.timeout_ms = arguments.timeout.Milliseconds();
  const auto reply = console.Call(call);
  if (!reply) return;
  if (console.json) return console.PrintJson(ctl::ToJson(*reply));
  PrintLuns(console.out(), reply->luns);
}

}  // namespace

void AddRescan(CLI::App& app, Console& console) {
  CLI::App* command =
      app.add_subcommand("rescan", "ask a target for its logical units again");
  const auto arguments = std::make_shared<Arguments>();
  arguments->selector.Add(*command);
  arguments->timeout.Add(*command);
  command->callback([arguments, &console] { Rescan(*arguments, console); });
}

}  // namespace iscsid::cli
