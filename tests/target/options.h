// SPDX-License-Identifier: GPL-2.0-or-later
//
// The command line of iscsi_target.
#ifndef TARGET_OPTIONS_H_
#define TARGET_OPTIONS_H_

#include <optional>
#include <string>
#include <vector>

#include "tests/target/channel.h"
#include "tests/target/config.h"
#include "tests/target/result.h"

namespace target {

struct Options {
  std::vector<std::string> listen{"127.0.0.1:3260"};
  Config config;
  Cut cut;
  std::string script;                       // a file; empty: behave well
  std::string proxy;                        // the real target; empty: none
  std::vector<std::string> rules;           // of the proxy
  std::string random_faults;                // "SEED:SECONDS"
  std::vector<std::string> random_actions;  // to choose from
  std::chrono::seconds patience{30};        // for what a script expects
  bool help = false;
};

// Over what `options` already say.
// "512", "64M": bytes.
std::optional<uint64_t> ParseSize(std::string text);

Result<Options> ParseOptions(const std::vector<std::string>& arguments,
                             Options options = {});
std::string Usage();

}  // namespace target

#endif  // TARGET_OPTIONS_H_
