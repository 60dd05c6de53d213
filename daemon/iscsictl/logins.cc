// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/iscsictl/logins.h"

#include <utility>

#include "daemon/iscsictl/format.h"

namespace iscsid::cli {

void Logins::Add(ctl::LoginCall call, Login login) {
  call.settings = options_.settings;
  call.timeout_ms = options_.timeout_ms;
  if (options_.wait) call.wait = true;
  calls_.push_back(std::move(call));
  logins_.push_back(std::move(login));
}

void Logins::Add(const std::string& nickname) {
  ctl::LoginCall call;
  call.nickname = nickname;
  Add(std::move(call), {nickname});
}

void Logins::Add(const std::string& target, const Portal& portal) {
  ctl::LoginCall call;
  call.target = target;
  call.portal = portal;
  Add(std::move(call), {target});
}

void Logins::Add(const std::vector<ctl::Target>& found,
                 const std::optional<std::string>& nickname) {
  for (const ctl::Target& target : found) {
    for (const Portal& portal : target.portals) {
      ctl::LoginCall call;
      call.nickname = nickname;
      call.target = target.name;
      call.portal = portal;
      Add(std::move(call), {target.name + " at " + ToString(portal), true});
    }
  }
}

void Logins::Run(Console& console) const {
  console.CallEach(calls_, [&](size_t place, const auto& reply) {
    const Login& login = logins_[place];
    if (reply) return Print(*reply, login.subject, console);
    if (login.found && reply.error().code == ExitCode::kExists) return;
    console.Report(reply.error(), login.subject);
  });
}

void Logins::Print(const ctl::LoginReply& reply, const std::string& subject,
                   Console& console) const {
  if (console.json) {
    ctl::Json json = ctl::ToJson(reply);
    json["subject"] = subject;
    return console.PrintJson(json);
  }
  const std::string session = "session " + std::to_string(reply.session);
  if (!options_.wait) {
    console.out() << session << ": " << Safe(subject) << '\n';
    return;
  }
  for (const std::string& device : reply.devices) {
    console.out() << Safe(device) << '\n';
  }
  if (reply.devices.empty()) {
    console.err() << "iscsictl: " << session << " has no devices\n";
  }
}

}  // namespace iscsid::cli
