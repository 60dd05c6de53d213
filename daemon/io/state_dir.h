// SPDX-License-Identifier: GPL-2.0-or-later
//
// The store port in a directory, /var/lib/iscsi. Written by the helper thread.
#ifndef ISCSID_IO_STATE_DIR_H_
#define ISCSID_IO_STATE_DIR_H_

#include <string>
#include <utility>

#include "daemon/io/worker.h"
#include "daemon/ports/store.h"

namespace iscsid {

class StateDir : public Store {
 public:
  StateDir(std::string path, Worker& worker)
      : path_(std::move(path)), worker_(worker) {}

  Result<std::optional<std::string>> Load(const std::string& name) override;
  asio::awaitable<Status> Save(std::string name, std::string text) override;

 private:
  std::string path_;
  Worker& worker_;
};

}  // namespace iscsid

#endif  // ISCSID_IO_STATE_DIR_H_
