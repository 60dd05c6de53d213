// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/io/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "daemon/ports/unique_fd.h"

namespace iscsid {
namespace {

Error SystemError(const std::string& path) {
  return {Errc::kSystem, path + ": " + std::strerror(errno)};
}

Status WriteAll(int fd, const std::string& content) {
  size_t done = 0;
  while (done < content.size()) {
    const ssize_t count =
        ::write(fd, content.data() + done, content.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return SystemError("write");
    done += static_cast<size_t>(count);
  }
  return {};
}

}  // namespace

Result<std::optional<std::string>> ReadFile(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) {
    if (errno == ENOENT) return std::optional<std::string>();
    return SystemError(path);
  }
  std::string content;
  char buffer[4096];
  for (;;) {
    const ssize_t count = ::read(fd.get(), buffer, sizeof(buffer));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return SystemError(path);
    if (count == 0) return std::optional<std::string>(std::move(content));
    content.append(buffer, static_cast<size_t>(count));
  }
}

std::string ReadLine(const std::string& path) {
  const Result<std::optional<std::string>> content = ReadFile(path);
  if (!content || !*content) return {};
  const std::string line = (*content)->substr(0, (*content)->find('\n'));
  const size_t last = line.find_last_not_of(" \t\r");
  return last == std::string::npos ? std::string() : line.substr(0, last + 1);
}

std::string LinkPath(const std::string& path) {
  char target[PATH_MAX];
  const ssize_t length = ::readlink(path.c_str(), target, sizeof(target));
  if (length <= 0) return {};
  return {target, static_cast<size_t>(length)};
}

std::vector<std::string> ListDirectory(const std::string& path) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()),
                                                      ::closedir);
  if (!directory) return names;
  while (const dirent* entry = ::readdir(directory.get())) {
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Status ReplaceFile(const std::string& directory, const std::string& name,
                   const std::string& content) {
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    return SystemError(directory);
  const UniqueFd parent(
      ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!parent) return SystemError(directory);
  const std::string temporary = name + ".new";
  const UniqueFd fd(::openat(parent.get(), temporary.c_str(),
                             O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  const std::string path = directory + "/" + name;
  if (!fd) return SystemError(path);
  if (Status written = WriteAll(fd.get(), content); !written)
    return written.error().In(path);
  if (::fsync(fd.get()) != 0 ||
      ::renameat(parent.get(), temporary.c_str(), parent.get(), name.c_str()) !=
          0 ||
      ::fsync(parent.get()) != 0) {
    return SystemError(path);
  }
  return {};
}

}  // namespace iscsid
