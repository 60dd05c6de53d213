// SPDX-License-Identifier: GPL-2.0-or-later
//
// iscsictl config check: what the daemon would say of the configuration,
// without a daemon.
#include <memory>

#include "daemon/config/load.h"
#include "daemon/iscsictl/commands.h"
#include "daemon/iscsictl/format.h"

namespace iscsid::cli {
namespace {

using config::Diagnostic;
using config::Severity;

ctl::Json ToJson(const Diagnostic& diagnostic) {
  return {{"severity",
           diagnostic.severity == Severity::kError ? "error" : "warning"},
          {"file", diagnostic.place.file},
          {"line", diagnostic.place.line},
          {"column", diagnostic.place.column},
          {"message", diagnostic.message}};
}

void PrintAsJson(const config::Parsed& parsed, Console& console) {
  ctl::Json json = {{"valid", parsed.config.has_value()},
                    {"diagnostics", ctl::Json::array()}};
  for (const Diagnostic& diagnostic : parsed.diagnostics) {
    json["diagnostics"].push_back(ToJson(diagnostic));
  }
  if (parsed.config) json["nicknames"] = parsed.config->Nicknames();
  console.PrintJson(json);
}

void Check(const std::string& file, Console& console) {
  // A file of one's own stands for all of them.
  const config::Paths paths =
      file.empty() ? config::Paths{} : config::Paths{file, "", ""};
  const config::Parsed parsed = config::Load(paths);
  if (console.json) {
    PrintAsJson(parsed, console);
  } else {
    for (const Diagnostic& diagnostic : parsed.diagnostics) {
      console.out() << Safe(diagnostic.Text()) << '\n';
    }
  }
  if (!parsed.config) return console.Fail(ExitCode::kConfig);
  if (!console.json) {
    console.out() << "ok, " << parsed.config->stanzas.size() << " stanza(s)\n";
  }
}

}  // namespace

void AddConfig(CLI::App& app, Console& console) {
  CLI::App* config = app.add_subcommand("config", "look at the configuration");
  config->require_subcommand(1);
  CLI::App* check = config->add_subcommand(
      "check", "say what is wrong with the configuration");
  const auto file = std::make_shared<std::string>();
  check->add_option("FILE", *file, "instead of the files under /etc/iscsi");
  check->callback([file, &console] { Check(*file, console); });
}

}  // namespace iscsid::cli
