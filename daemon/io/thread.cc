// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/io/thread.h"

#include <cstring>
#include <string>

namespace iscsid {
namespace {

constexpr size_t kStackBytes = 512 * 1024;  // not the 8 MiB it would be

}  // namespace

Result<pthread_t> StartThread(void* (*entry)(void*), void* argument) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_t thread;
  const int error = pthread_create(&thread, &attributes, entry, argument);
  pthread_attr_destroy(&attributes);
  if (error != 0)
    return Error{Errc::kSystem, std::string("thread: ") + std::strerror(error)};
  return thread;
}

}  // namespace iscsid
