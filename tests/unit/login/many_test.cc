// SPDX-License-Identifier: GPL-2.0-or-later
//
// A thousand logins at once: all succeed, a few at a time. Prints time and
// memory; target and relay are in the same process.
#include <fstream>
#include <iostream>

#include "tests/unit/login/loopback.h"

namespace iscsid {
namespace {

constexpr unsigned kLogins = 1000;

// In KiB: what this process has resident at most.
long PeakMemory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
  }
  return 0;
}

target::Config ManyTargets() {
  target::Config config;
  config.targets = kLogins;
  return config;
}

class ManyLogins : public Loopback {
 protected:
  ManyLogins() : Loopback(ManyTargets()) {}
};

TEST_F(ManyLogins, FinishSideBySide) {
  std::string config;
  for (unsigned i = 0; i < kLogins; ++i) {
    config += "n" + std::to_string(i) +
              " {\n TargetName = " + target::TargetNameOf(ManyTargets(), i) +
              "\n TargetAddress = " + address() + "\n Scan = manual\n}\n";
  }
  StartDaemon(config);
  const long memory = PeakMemory();
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::shared_ptr<std::optional<std::string>>> logins;
  for (unsigned i = 0; i < kLogins; ++i)
    logins.push_back(Login("n" + std::to_string(i)));
  size_t done = 0;  // of those in front
  ASSERT_TRUE(Until([&] {
    while (done < logins.size() && logins[done]->has_value()) ++done;
    return done == logins.size();
  }));
  const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - start);
  for (const auto& login : logins) ASSERT_EQ(login->value(), "");
  EXPECT_EQ(kernel.sessions.size(), kLogins);
  // The last bytes of a login that is done may still be under way.
  EXPECT_LE(relay.most_open, 3 * ConnectLimiter::kPerPortal);
  EXPECT_GT(relay.most_open, 1u);
  std::cout << kLogins << " logins: " << time.count() << " ms, "
            << PeakMemory() - memory << " KiB, " << relay.most_open
            << " connections at a time at most" << std::endl;
}

}  // namespace
}  // namespace iscsid
