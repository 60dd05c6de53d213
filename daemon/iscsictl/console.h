// SPDX-License-Identifier: GPL-2.0-or-later
//
// What every command needs: the daemon, the two output streams, --json, and
// the exit code. Information goes to out, and nothing else does; with --json
// one object per line, errors included.
#ifndef ISCSID_ISCSICTL_CONSOLE_H_
#define ISCSID_ISCSICTL_CONSOLE_H_

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "daemon/iscsictl/call_all.h"
#include "daemon/iscsictl/client.h"

namespace iscsid::cli {

using Connector =
    std::function<Result<UniqueFd, Failure>(const std::string& path)>;

class Console {
 public:
  // The streams must outlive the console.
  Console(std::ostream& out, std::ostream& err, Connector connector)
      : out_(out), err_(err), connector_(std::move(connector)) {}

  std::string socket_path{ctl::kSocketPath};
  bool json = false;

  std::ostream& out() { return out_; }
  std::ostream& err() { return err_; }
  ExitCode exit_code() const { return exit_code_; }

  // Calls the daemon, connecting first if need be. Reports a failure, about
  // `subject` if one is given, and returns nothing then.
  template <class T>
  std::optional<typename T::Reply> Call(const T& call,
                                        const std::string& subject = "") {
    if (!Connected()) return std::nullopt;
    Result<typename T::Reply, Failure> reply = client_->Call(call);
    if (reply) return *std::move(reply);
    Report(reply.error(), subject);
    return std::nullopt;
  }

  // The same for many calls, side by side (see CallAll); `done` gets the place
  // of each and what came of it, to print or to Report().
  template <class T, class Done>
  void CallEach(const std::vector<T>& calls, Done done) {
    CallAll(
        calls, [this] { return connector_(socket_path); }, std::move(done));
  }

  // Prints one object on a line of its own; only ASCII, so that nothing in it
  // reaches a terminal as more than text.
  void PrintJson(const ctl::Json& json);

  // Prints the failure and keeps its exit code if it is the first.
  void Report(const Failure& failure, const std::string& subject = "");

  // Only the latter: for what was printed already.
  void Fail(ExitCode code) {
    if (exit_code_ == ExitCode::kSuccess) exit_code_ = code;
  }

 private:
  bool Connected();

  std::ostream& out_;
  std::ostream& err_;
  Connector connector_;
  std::optional<Client> client_;
  ExitCode exit_code_ = ExitCode::kSuccess;
};

}  // namespace iscsid::cli

#endif  // ISCSID_ISCSICTL_CONSOLE_H_
