// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/iscsictl/run.h"

#include <algorithm>
#include <utility>

#include "daemon/iscsictl/commands.h"
#include "daemon/iscsictl/freebsd_options.h"

namespace iscsid::cli {
namespace {

constexpr void (*kCommands[])(CLI::App&, Console&) = {
    AddDiscover, AddLogin,  AddLogout, AddList,
    AddShow,     AddRescan, AddProbe,  AddConfig};

}  // namespace

ExitCode Run(std::vector<std::string> arguments, Console& console) {
  Result<std::vector<std::string>, Failure> translated =
      FromFreeBsd(std::move(arguments));
  if (!translated) {
    console.Report(translated.error());
    return console.exit_code();
  }

  CLI::App app("Control the iSCSI initiator; see iscsictl(8).", "iscsictl");
  app.require_subcommand(1);
  app.fallthrough();
  app.set_version_flag("--version", ISCSID_VERSION);
  app.add_flag("-j,--json", console.json,
               "print JSON, one object per line, instead of text");
  app.add_option("--socket", console.socket_path, "where iscsid listens")
      ->type_name("PATH")
      ->capture_default_str();
  for (const auto add : kCommands) add(app, console);

  std::ranges::reverse(*translated);  // CLI11 takes the last one first
  try {
    app.parse(*std::move(translated));
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error, console.out(), console.err());
    return code == 0 ? ExitCode::kSuccess : ExitCode::kUsage;
  }
  return console.exit_code();
}

}  // namespace iscsid::cli
