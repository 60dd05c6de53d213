// SPDX-License-Identifier: GPL-2.0-or-later
//
// iscsictl show: everything about one session, or about each.
#include <memory>

#include "daemon/iscsictl/arguments.h"
#include "daemon/iscsictl/commands.h"
#include "daemon/iscsictl/format.h"

namespace iscsid::cli {
namespace {

// "  name   value" lines, the values aligned; what is empty is left out.
class Fields {
 public:
  void Add(const std::string& name, const std::string& value) {
    if (!value.empty()) fields_.emplace_back(name, Safe(value));
  }
  template <class T>
  void Add(const std::string& name, const std::optional<T>& value) {
    if (value) Add(name, std::to_string(*value));
  }
  void Add(const std::string& name, const std::optional<std::string>& value) {
    Add(name, value.value_or(""));
  }
  void Add(const std::string& name, const std::optional<Portal>& value) {
    Add(name, value ? ToString(*value) : "");
  }
  template <class T>
  void AddAll(const std::map<std::string, T>& values) {
    for (const auto& [name, value] : values) {
      if constexpr (std::integral<T>) {
        Add(Safe(name), std::to_string(value));
      } else {
        Add(Safe(name), value);
      }
    }
  }

  void Print(std::ostream& out) const {
    size_t width = 0;
    for (const auto& [name, value] : fields_) {
      width = std::max(width, name.size());
    }
    for (const auto& [name, value] : fields_) {
      out << "  " << name << std::string(width - name.size() + 2, ' ') << value
          << '\n';
    }
  }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

std::string StateOf(const ctl::Session& session) {
  std::string text = ctl::ToJson(session.state).get<std::string>();
  if (session.uptime_ms) text += ", for " + FormatDuration(*session.uptime_ms);
  if (session.next_retry_ms) {
    text += ", next try in " + FormatDuration(*session.next_retry_ms);
  }
  return text;
}

std::string RedirectionOf(const ctl::Session& session) {
  if (!session.redirection) return "";
  return ToString(session.redirection->address) +
         (session.redirection->permanent ? ", for good" : ", this time");
}

std::string FailureOf(const ctl::Session& session) {
  if (!session.failure) return "";
  return session.failure->reason + " (" + FormatTime(session.failure->when) +
         ", " + std::to_string(session.failures) + " in all)";
}

void PrintSession(const ctl::Session& session, std::ostream& out) {
  out << "Session "
      << (session.session ? std::to_string(*session.session) : "-")
      << (session.nickname ? " (" + Safe(*session.nickname) + ")" : "") << '\n';
  Fields fields;
  fields.Add("target", session.target);
  fields.Add("target alias", session.target_alias);
  fields.Add("portal", ToString(session.portal));
  fields.Add("redirected to", RedirectionOf(session));
  fields.Add("initiator", session.initiator);
  fields.Add("initiator alias", session.initiator_alias);
  fields.Add("isid", session.isid);
  fields.Add("tsih", session.tsih);
  fields.Add("tpgt", session.tpgt);
  fields.Add("state", StateOf(session));
  fields.Add("last failure", FailureOf(session));
  fields.Add("SCSI host",
             session.host ? "host" + std::to_string(*session.host) : "");
  fields.Add("queue depth", std::to_string(session.queue_depth));
  fields.Add("replacement timeout",
             session.replacement_timeout < 0
                 ? "off"
                 : std::to_string(session.replacement_timeout) + " s");
  fields.Add("ping interval",
             session.ping_interval == 0
                 ? "off"
                 : std::to_string(session.ping_interval) + " s");
  fields.Add("ping timeout", std::to_string(session.ping_timeout) + " s");
  fields.Print(out);
}

void PrintConnection(const ctl::Connection& connection, std::ostream& out) {
  out << "Connection " << connection.cid << '\n';
  Fields fields;
  fields.Add("state", ctl::ToJson(connection.state).get<std::string>());
  fields.Add("local", connection.local);
  fields.Add("remote", connection.remote);
  fields.Add("MaxRecvDataSegmentLength (ours)",
             connection.max_recv_data_segment_length);
  fields.AddAll(connection.keys);
  fields.Print(out);
}

template <class T>
void PrintMap(const char* title, const std::map<std::string, T>& values,
              std::ostream& out) {
  if (values.empty()) return;
  out << title << '\n';
  Fields fields;
  fields.AddAll(values);
  fields.Print(out);
}

void Print(const ctl::Session& session, Console& console) {
  std::ostream& out = console.out();
  PrintSession(session, out);
  for (const ctl::Connection& connection : session.connections) {
    PrintConnection(connection, out);
  }
  PrintMap("Keys", session.keys, out);
  PrintMap("Counters", session.counters, out);
  if (session.luns.empty()) return;
  out << "Logical units\n";
  PrintLuns(out, session.luns, "  ");
}

void ShowOne(const ctl::Selector& selector, Console& console) {
  const auto reply = console.Call(ctl::ShowCall{selector});
  if (!reply) return;
  if (console.json) return console.PrintJson(ctl::ToJson(*reply));
  Print(reply->session, console);
}

void ShowAll(Console& console) {
  const auto reply = console.Call(ctl::ListCall{});
  if (!reply) return;
  if (reply->sessions.empty()) console.err() << "iscsictl: no sessions\n";
  bool first = true;
  for (const ctl::SessionSummary& session : reply->sessions) {
    if (!first && !console.json) console.out() << '\n';
    first = false;
    ctl::Selector selector;
    selector.session = session.session;
    if (!session.session) selector.nickname = session.nickname;
    ShowOne(selector, console);
  }
}

void Show(const SelectorArgument& argument, Console& console) {
  if (!argument.Given()) return ShowAll(console);
  const Result<ctl::Selector, Failure> selector = argument.Value();
  if (!selector) return console.Report(selector.error());
  ShowOne(*selector, console);
}

}  // namespace

void AddShow(CLI::App& app, Console& console) {
  CLI::App* command =
      app.add_subcommand("show", "show everything about a session, or each");
  const auto argument = std::make_shared<SelectorArgument>();
  argument->Add(*command);
  command->callback([argument, &console] { Show(*argument, console); });
}

}  // namespace iscsid::cli
