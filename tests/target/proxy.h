// SPDX-License-Identifier: GPL-2.0-or-later
//
// A proxy between initiators and a real target, which spoils what its rules
// say (rules.h). One interceptor for each connection, one set of faults for
// all.
#ifndef TARGET_PROXY_H_
#define TARGET_PROXY_H_

#include <asio/awaitable.hpp>
#include <asio/ip/tcp.hpp>
#include <functional>
#include <string>

#include "tests/target/interceptor.h"
#include "tests/target/options.h"

namespace target {

// Faults from --rule, --random-faults and --random-action.
Result<Faults> ParseFaults(const Options& options);

// Accepts for ever, and connects to `target` for each initiator. `tell` hears
// of each fault and of what could not be reached.
asio::awaitable<void> RunProxy(asio::ip::tcp::acceptor& acceptor,
                               asio::ip::tcp::endpoint target, Faults& faults,
                               std::function<void(const std::string&)> tell);

}  // namespace target

#endif  // TARGET_PROXY_H_
