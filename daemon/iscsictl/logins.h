// SPDX-License-Identifier: GPL-2.0-or-later
//
// What login and discover --login have in common: many logins side by side,
// and their results.
#ifndef ISCSID_ISCSICTL_LOGINS_H_
#define ISCSID_ISCSICTL_LOGINS_H_

#include <optional>
#include <string>
#include <vector>

#include "daemon/ctl/calls.h"
#include "daemon/iscsictl/console.h"

namespace iscsid::cli {

// What holds for every login of a command.
struct LoginOptions {
  std::optional<ctl::Keys> settings;
  std::optional<uint32_t> timeout_ms;
  bool wait = false;
};

class Logins {
 public:
  explicit Logins(LoginOptions options) : options_(std::move(options)) {}

  void Add(const std::string& nickname);
  void Add(const std::string& target, const Portal& portal);
  // What discovery found, at every portal. With the credentials of `nickname`,
  // a Discovery stanza, if there is one. What is logged in already stays as it
  // is, and is no failure.
  void Add(const std::vector<ctl::Target>& found,
           const std::optional<std::string>& nickname);

  // Logs in and prints each session, or its failure, as it comes.
  void Run(Console& console) const;

 private:
  struct Login {
    std::string subject;
    bool found = false;  // by discovery
  };
  void Add(ctl::LoginCall call, Login login);
  void Print(const ctl::LoginReply& reply, const std::string& subject,
             Console& console) const;

  LoginOptions options_;
  std::vector<ctl::LoginCall> calls_;
  std::vector<Login> logins_;  // the same order
};

}  // namespace iscsid::cli

#endif  // ISCSID_ISCSICTL_LOGINS_H_
