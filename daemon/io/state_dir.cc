// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/io/state_dir.h"

#include <functional>

#include "daemon/io/file.h"

namespace iscsid {

Result<std::optional<std::string>> StateDir::Load(const std::string& name) {
  return ReadFile(path_ + "/" + name);
}

asio::awaitable<Status> StateDir::Save(std::string name, std::string text) {
  std::function<Status()> job = [directory = path_, name,
                                 text = std::move(text)] {
    return ReplaceFile(directory, name, text);
  };
  const std::optional<Status> saved =
      co_await worker_.Run<Status>(std::move(job), kNever);
  // The daemon ends; the job is done or will never be.
  if (!saved) co_return Status(Errc::kCancelled, name + ": not waited for");
  co_return *saved;
}

}  // namespace iscsid
