// SPDX-License-Identifier: GPL-2.0-or-later
//
// iscsictl discover: which targets a portal has, and with --login a session to
// each of them.
#include <memory>

#include "daemon/iscsictl/arguments.h"
#include "daemon/iscsictl/commands.h"
#include "daemon/iscsictl/format.h"
#include "daemon/iscsictl/logins.h"

namespace iscsid::cli {
namespace {

struct Arguments : QuestionArguments {
  bool login = false;
};

void Print(const ctl::DiscoverReply& reply, Console& console) {
  if (console.json) return console.PrintJson(ctl::ToJson(reply));
  if (reply.targets.empty()) {
    console.err() << "iscsictl: the portal shows no target to this initiator\n";
    return;
  }
  PrintTargets(console.out(), reply.targets);
}

void Discover(const Arguments& arguments, Console& console) {
  const auto question = arguments.Value();
  if (!question) return console.Report(question.error());
  const auto reply = console.Call(ctl::DiscoverCall{*question});
  if (!reply) return;
  Print(*reply, console);
  if (!arguments.login) return;
  Logins logins({question->settings, question->timeout_ms});
  logins.Add(reply->targets, question->nickname);
  logins.Run(console);
}

}  // namespace

void AddDiscover(CLI::App& app, Console& console) {
  CLI::App* command =
      app.add_subcommand("discover", "ask a portal which targets it has");
  const auto arguments = std::make_shared<Arguments>();
  arguments->Add(*command);
  command
      ->add_option("-n,--nickname", arguments->nickname,
                   "ask the portal of this Discovery stanza")
      ->type_name("NICKNAME");
  command
      ->add_option("-t,--target", arguments->target,
                   "only where this target listens")
      ->type_name("NAME");
  command->add_flag("--login", arguments->login,
                    "log in to every target at every portal");
  command->callback([arguments, &console] { Discover(*arguments, console); });
}

}  // namespace iscsid::cli
