// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/iscsictl/console.h"

#include "daemon/iscsictl/format.h"

namespace iscsid::cli {

bool Console::Connected() {
  if (client_) return true;
  Result<UniqueFd, Failure> socket = connector_(socket_path);
  if (socket) {
    client_.emplace(*std::move(socket));
  } else {
    Report(socket.error());
  }
  return client_.has_value();
}

void Console::PrintJson(const ctl::Json& object) {
  out_ << object.dump(-1, ' ', /*ensure_ascii=*/true,
                      ctl::Json::error_handler_t::replace)
       << '\n';
}

void Console::Report(const Failure& failure, const std::string& subject) {
  Fail(failure.code);
  err_ << "iscsictl: " << (subject.empty() ? "" : Safe(subject) + ": ")
       << Safe(failure.message) << '\n';
  if (!json) return;
  ctl::Json object = {{"error", failure.error},
                      {"exit_code", static_cast<int>(failure.code)},
                      {"parameters", failure.parameters}};
  if (failure.error.empty()) object["parameters"]["message"] = failure.message;
  if (!subject.empty()) object["subject"] = subject;
  PrintJson(object);
}

}  // namespace iscsid::cli
