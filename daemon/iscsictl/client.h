// SPDX-License-Identifier: GPL-2.0-or-later
//
// One connection to iscsid: a blocking socket, one call at a time.
#ifndef ISCSID_ISCSICTL_CLIENT_H_
#define ISCSID_ISCSICTL_CLIENT_H_

#include <string>

#include "daemon/ctl/reflect.h"
#include "daemon/ctl/service.h"
#include "daemon/ctl/varlink.h"
#include "daemon/iscsictl/exit_code.h"
#include "daemon/ports/unique_fd.h"
#include "daemon/result.h"

namespace iscsid::cli {

// Why a command did not work. error and parameters are the daemon's, if it
// was the daemon that said so.
struct Failure {
  ExitCode code = ExitCode::kOther;
  std::string message;
  std::string error;
  ctl::Json parameters = ctl::Json::object();
};

// Connects to the socket at `path`. The failure tells how to start the daemon.
Result<UniqueFd, Failure> Connect(const std::string& path);

class Client {
 public:
  explicit Client(UniqueFd socket)
      : socket_(std::move(socket)), framer_(ctl::kMaxReplyBytes) {}

  // Sends the call.
  template <class T>
  Result<void, Failure> Start(const T& call) {
    return Send(ctl::EncodeCall(ctl::MakeCall(call)));
  }

  // Waits for its reply.
  template <class T>
  Result<typename T::Reply, Failure> Finish() {
    Result<ctl::Json, Failure> json = Reply();
    if (!json) return json.error();
    auto reply = ctl::FromJson<typename T::Reply>(*json, ctl::Unknown::kIgnore);
    if (!reply) return NotUnderstood(reply.error().what);
    return *std::move(reply);
  }

  template <class T>
  Result<typename T::Reply, Failure> Call(const T& call) {
    if (Result<void, Failure> sent = Start(call); !sent) return sent.error();
    return Finish<T>();
  }

  // Readable when the reply begins to arrive.
  [[nodiscard]] int fd() const { return socket_.get(); }

 private:
  Result<ctl::Json, Failure> Reply();
  Result<void, Failure> Send(std::string_view bytes);
  Result<std::string, Failure> Receive();
  static Failure NotUnderstood(const std::string& why);

  UniqueFd socket_;
  ctl::Framer framer_;
};

}  // namespace iscsid::cli

#endif  // ISCSID_ISCSICTL_CLIENT_H_
