// SPDX-License-Identifier: GPL-2.0-or-later
//
// iscsictl probe: what a portal says in discovery and login, step by step and
// key by key, and where it departs from the RFC.
#include <memory>

#include "daemon/iscsictl/arguments.h"
#include "daemon/iscsictl/commands.h"
#include "daemon/iscsictl/format.h"

namespace iscsid::cli {
namespace {

// "0.25 ms".
std::string FormatMicroseconds(uint64_t us) {
  const std::string hundredths = std::to_string(us % 1000 / 10);
  return std::to_string(us / 1000) + "." + (hundredths.size() < 2 ? "0" : "") +
         hundredths + " ms";
}

void PrintSteps(const ctl::ProbeSession& session, std::ostream& out) {
  Table table({"STEP", "TIME", "WHAT"});
  for (const ctl::ProbeStep& step : session.steps) {
    table.Add(
        {step.what,
         step.round_trip_us ? FormatMicroseconds(*step.round_trip_us) : "",
         step.text});
  }
  table.Print(out, "  ");
}

void PrintKeys(const ctl::ProbeSession& session, std::ostream& out) {
  if (session.keys.empty()) return;
  out << '\n';
  Table table({"KEY", "OURS", "THEIRS", "OUTCOME"});
  for (const ctl::ProbeKey& key : session.keys) {
    table.Add({key.key, key.ours.value_or(""), key.theirs.value_or(""),
               key.outcome.value_or("")});
  }
  table.Print(out, "  ");
}

void PrintSession(const ctl::ProbeSession& session, std::ostream& out) {
  out << ctl::ToJson(session.session_type).get<std::string>() << " session at "
      << Safe(ToString(session.portal));
  if (session.target) out << " to " << Safe(*session.target);
  out << '\n';
  PrintSteps(session, out);
  for (const ctl::Redirection& redirection : session.redirections) {
    out << "  redirected to " << Safe(ToString(redirection.address))
        << (redirection.permanent ? ", for good" : ", this time") << '\n';
  }
  PrintKeys(session, out);
  if (!session.deviations.empty()) out << "\n  Deviations from RFC 7143\n";
  for (const std::string& deviation : session.deviations)
    out << "    " << Safe(deviation) << '\n';
  out << '\n';
}

void Probe(const QuestionArguments& arguments, Console& console) {
  const auto question = arguments.Value();
  if (!question) return console.Report(question.error());
  const auto reply = console.Call(ctl::ProbeCall{*question});
  if (!reply) return;
  if (console.json) console.PrintJson(ctl::ToJson(*reply));
  for (const ctl::ProbeSession& session : reply->sessions) {
    if (!console.json) PrintSession(session, console.out());
    if (!session.failure) continue;
    console.Fail(ExitCodeOf(session.failure->error));
    console.err() << "iscsictl: " << Safe(session.failure->message) << '\n';
  }
  if (console.json || reply->targets.empty()) return;
  PrintTargets(console.out(), reply->targets);
}

}  // namespace

void AddProbe(CLI::App& app, Console& console) {
  CLI::App* command = app.add_subcommand(
      "probe", "look at a portal: discovery, login, logout, no disk");
  const auto arguments = std::make_shared<QuestionArguments>();
  arguments->Add(*command);
  command->add_option("TARGET,-t,--target", arguments->target,
                      "log in to this target; else to the first there is");
  command
      ->add_option("-n,--nickname", arguments->nickname,
                   "probe as this stanza says")
      ->type_name("NICKNAME");
  command->callback([arguments, &console] { Probe(*arguments, console); });
}

}  // namespace iscsid::cli
