// SPDX-License-Identifier: GPL-2.0-or-later
//
// What core/ needs from the world. Everything in it outlives every coroutine.
#ifndef ISCSID_CORE_ENVIRONMENT_H_
#define ISCSID_CORE_ENVIRONMENT_H_

#include <asio/any_io_executor.hpp>
#include <cstdint>
#include <functional>

#include "daemon/ports/clock.h"
#include "daemon/ports/devices.h"
#include "daemon/ports/kernel.h"
#include "daemon/ports/log.h"
#include "daemon/ports/store.h"
#include "daemon/ports/transport.h"
#include "daemon/proto/chap_crypto.h"

namespace iscsid {

struct Environment {
  asio::any_io_executor executor;  // of the one thread everything runs in
  Clock& clock;
  Transport& transport;
  Kernel& kernel;
  Devices& devices;
  Store& store;
  Log& log;
  ChapCrypto& crypto;
  std::function<uint32_t()> random;
};

}  // namespace iscsid

#endif  // ISCSID_CORE_ENVIRONMENT_H_
