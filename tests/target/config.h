// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a well-behaved target is told to be. Everything has a default, so a
// test names only what it is about.
#ifndef TARGET_CONFIG_H_
#define TARGET_CONFIG_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/target/text.h"

namespace target {

struct Credential {
  std::string user;
  std::string secret;
};

// Who has to prove what. Without `initiator`, nobody is asked.
struct Auth {
  std::optional<Credential> initiator;  // what it must know
  std::optional<Credential> target;     // what we prove when asked
};

struct Config {
  std::string name = "iqn.2026-01.com.example:disk";
  unsigned targets = 1;  // the second is called name-2, and so on
  unsigned luns = 1;
  uint64_t size = 64 << 20;  // of each LUN, in bytes
  uint32_t block_size = 512;

  uint16_t tpgt = 1;
  // What SendTargets tells, "address:port,tpgt"; empty: where the initiator
  // connected to.
  std::vector<std::string> portals;

  Auth auth;
  std::optional<Auth> discovery_auth;                 // absent: as auth
  std::vector<unsigned> chap_algorithms{5, 6, 7, 8};  // §12.1.3, any order

  // Our side of the negotiation, over the table's; unknown keys are declared
  // as they are.
  KeyList keys;

  uint32_t window = 128;  // commands, MaxCmdSN - ExpCmdSN + 1
  uint32_t first_statsn = 1;
  std::chrono::milliseconds nop_interval{0};  // 0: no pings of ours
  // Suffers an ExpStatSN that counts R2Ts, as libiscsi's does.
  bool lenient = false;
  bool log = false;
};

// The name of target number `index`, from 0.
inline std::string TargetNameOf(const Config& config, unsigned index) {
  return index ? config.name + "-" + std::to_string(index + 1) : config.name;
}

}  // namespace target

#endif  // TARGET_CONFIG_H_
