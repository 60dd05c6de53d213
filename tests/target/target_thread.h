// SPDX-License-Identifier: GPL-2.0-or-later
//
// A target in the test's own process, on loopback in a thread of its own:
//
//   auto target = TargetThread::Start(R"(
//     expect LOGIN csg=0 key InitiatorName=iqn.*
//     send LOGIN_RESPONSE status=0201
//     expect end
//   )");
//   LogInTo(target->address());
//   EXPECT_EQ(target->Wait(), "");
#ifndef TARGET_TARGET_THREAD_H_
#define TARGET_TARGET_THREAD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/target/options.h"

namespace target {

class TargetThread {
 public:
  // Plays a script; without one, behaves well until stopped. A script that
  // cannot be read is told by Wait.
  static std::unique_ptr<TargetThread> Start(const std::string& script = "",
                                             Options options = {});
  ~TargetThread();

  // Empty and 0 when the script cannot be read.
  const std::string& address() const;  // "127.0.0.1:PORT"
  uint16_t port() const;

  // Until the script has ended: why it failed, or nothing.
  std::string Wait();
  // Ends a well-behaved target: what initiators did wrong.
  std::vector<std::string> Stop();

 private:
  struct State;
  explicit TargetThread(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace target

#endif  // TARGET_TARGET_THREAD_H_
