// SPDX-License-Identifier: GPL-2.0-or-later
//
// Small texts that outlive the daemon: /var/lib/iscsi. Nothing that recovery
// needs is kept there.
#ifndef ISCSID_PORTS_STORE_H_
#define ISCSID_PORTS_STORE_H_

#include <asio/awaitable.hpp>
#include <optional>
#include <string>

#include "daemon/result.h"

namespace iscsid {

class Store {
 public:
  virtual ~Store() = default;

  // Nothing when it was never saved. Blocks; for use at start only.
  virtual Result<std::optional<std::string>> Load(const std::string& name) = 0;

  // All or nothing, on disk when it returns. Saves are done in their order.
  virtual asio::awaitable<Status> Save(std::string name, std::string text) = 0;
};

}  // namespace iscsid

#endif  // ISCSID_PORTS_STORE_H_
