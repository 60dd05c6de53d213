// SPDX-License-Identifier: GPL-2.0-or-later
//
// Many calls side by side: the daemon carries out the calls of one connection
// in their order, so each of a few connections takes the next call that is
// left as soon as its last one is answered.
#ifndef ISCSID_ISCSICTL_CALL_ALL_H_
#define ISCSID_ISCSICTL_CALL_ALL_H_

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "daemon/iscsictl/client.h"

namespace iscsid::cli {

// A quarter of what the daemon lets in at a time.
inline constexpr size_t kCallsAtATime = 16;

struct CallUnderWay {
  Client* client;
  size_t place;  // of the call
};

// Waits until the reply to one of them begins to arrive, and takes it out.
CallUnderWay TakeAnswered(std::vector<CallUnderWay>& busy);

// `connect` makes a connection; `done` gets each reply or failure with the
// place of its call. A connection that breaks fails one call and leaves the
// others to those that are left; when there is none, they fail, too.
template <class T, class Done>
void CallAll(const std::vector<T>& calls,
             const std::function<Result<UniqueFd, Failure>()>& connect,
             Done done) {
  using Answer = Result<typename T::Reply, Failure>;
  const size_t wanted = std::min(calls.size(), kCallsAtATime);
  std::vector<Client> clients;
  clients.reserve(wanted);  // `busy` points into it
  std::vector<CallUnderWay> busy;
  Failure gone;  // why a connection was given up
  size_t next = 0;
  const auto start = [&](Client& client) {
    if (next == calls.size()) return;
    const auto sent = client.Start(calls[next]);
    if (!sent) {
      gone = sent.error();
    } else {
      busy.push_back({&client, next++});
    }
  };
  while (clients.size() < wanted) {
    auto socket = connect();
    if (!socket) {
      gone = socket.error();
      break;
    }
    start(clients.emplace_back(*std::move(socket)));
  }
  while (!busy.empty()) {
    const CallUnderWay call = TakeAnswered(busy);
    const Answer answer = call.client->template Finish<T>();
    done(call.place, answer);
    if (!answer && answer.error().code == ExitCode::kNoDaemon) {
      gone = answer.error();
    } else {
      start(*call.client);
    }
  }
  for (; next < calls.size(); ++next) done(next, Answer(gone));
}

}  // namespace iscsid::cli

#endif  // ISCSID_ISCSICTL_CALL_ALL_H_
