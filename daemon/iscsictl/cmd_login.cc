// SPDX-License-Identifier: GPL-2.0-or-later
//
// iscsictl login: by nickname, to a target at a portal, or to all stanzas. A
// Discovery stanza stands for all that it finds.
#include <algorithm>
#include <memory>

#include "daemon/iscsictl/arguments.h"
#include "daemon/iscsictl/commands.h"
#include "daemon/iscsictl/logins.h"

namespace iscsid::cli {
namespace {

struct Arguments {
  std::string word;
  std::string nickname;
  PortalArgument portal;
  std::string target;
  bool all = false;
  bool wait = false;
  SettingsArgument settings;
  TimeoutArgument timeout;
};

// Every target that the stanza's discovery finds.
void AddFound(const std::string& nickname, const Arguments& arguments,
              Logins& logins, Console& console) {
  ctl::DiscoverCall call;
  call.nickname = nickname;
  call.settings = arguments.settings.Value();
  call.timeout_ms = arguments.timeout.Milliseconds();
  const auto reply = console.Call(call, nickname);
  if (reply) logins.Add(reply->targets, nickname);
}

// Every enabled stanza that is not logged in yet.
void AddAll(const std::vector<ctl::Nickname>& stanzas,
            const Arguments& arguments, Logins& logins, Console& console) {
  for (const ctl::Nickname& stanza : stanzas) {
    if (!stanza.enable) continue;
    if (stanza.discovery) {
      AddFound(stanza.nickname, arguments, logins, console);
    } else if (!stanza.session) {
      logins.Add(stanza.nickname);
    }
  }
}

void AddNamed(const std::string& nickname,
              const std::vector<ctl::Nickname>& stanzas,
              const Arguments& arguments, Logins& logins, Console& console) {
  const bool discovery = std::ranges::any_of(stanzas, [&](const auto& stanza) {
    return stanza.discovery && stanza.nickname == nickname;
  });
  if (!discovery) return logins.Add(nickname);
  AddFound(nickname, arguments, logins, console);
}

void Login(const Arguments& arguments, Console& console) {
  const std::string nickname =
      arguments.word.empty() ? arguments.nickname : arguments.word;
  const bool named = !nickname.empty();
  const bool addressed =
      !arguments.portal.text.empty() || !arguments.target.empty();
  if (named + addressed + arguments.all != 1 ||
      (!arguments.word.empty() && !arguments.nickname.empty())) {
    return console.Report(
        Usage("give one of a nickname, -p PORTAL with -t TARGET, and --all"));
  }
  if (addressed &&
      (arguments.portal.text.empty() || arguments.target.empty())) {
    return console.Report(
        Usage("-p PORTAL and -t TARGET belong together; 'iscsictl discover "
              "PORTAL' shows the targets"));
  }
  Logins logins({arguments.settings.Value(), arguments.timeout.Milliseconds(),
                 arguments.wait});
  if (addressed) {
    logins.Add(arguments.target, *arguments.portal.Value());
  } else {
    const auto reply = console.Call(ctl::NicknamesCall{});
    if (!reply) return;
    if (named) {
      AddNamed(nickname, reply->nicknames, arguments, logins, console);
    } else {
      AddAll(reply->nicknames, arguments, logins, console);
    }
  }
  logins.Run(console);
}

}  // namespace

void AddLogin(CLI::App& app, Console& console) {
  CLI::App* command = app.add_subcommand("login", "log in to a target");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("NICKNAME", arguments->word,
                      "a stanza of the configuration");
  command
      ->add_option("-n,--nickname", arguments->nickname,
                   "a stanza of the configuration")
      ->type_name("NICKNAME");
  arguments->portal.Add(*command, "-p,--portal");
  command->add_option("-t,--target", arguments->target, "the target's name")
      ->type_name("NAME");
  command->add_flag("-a,--all", arguments->all,
                    "every enabled stanza that is not logged in");
  command->add_flag("-w,--wait", arguments->wait,
                    "wait for the device nodes and print them");
  arguments->settings.Add(*command);
  arguments->timeout.Add(*command);
  command->callback([arguments, &console] { Login(*arguments, console); });
}

}  // namespace iscsid::cli
