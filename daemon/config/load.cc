// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/config/load.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <filesystem>
#include <utility>
#include <vector>

#include "daemon/config/secret.h"
#include "daemon/ports/unique_fd.h"

namespace iscsid::config {
namespace {

constexpr size_t kMaxFileBytes = 1 << 20;

struct File {
  std::string path;
  bool shared = false;
  bool optional = true;
  mode_t mode = 0;
  std::string text = {};
};

Diagnostic Failure(const std::string& file, const std::string& message) {
  return {Severity::kError, {.file = file}, message};
}

Diagnostic CannotRead(const std::string& file, int error_number) {
  return Failure(file,
                 std::string("cannot read it: ") + std::strerror(error_number) +
                     (error_number == EACCES ? "; run this as root" : ""));
}

// Fills in mode and text. The text has its final size before the first byte
// arrives, so that no copy of a secret stays behind in freed memory.
std::optional<Diagnostic> Read(File& file) {
  const UniqueFd descriptor(
      open(file.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status;
  if (!descriptor || fstat(descriptor.get(), &status) != 0) {
    if (errno == ENOENT && file.optional) return std::nullopt;
    return CannotRead(file.path, errno);
  }
  if (!S_ISREG(status.st_mode)) return Failure(file.path, "not a file");
  file.mode = status.st_mode;
  file.text.resize(kMaxFileBytes + 1);
  size_t length = 0;
  while (length < file.text.size()) {
    const ssize_t count = read(descriptor.get(), file.text.data() + length,
                               file.text.size() - length);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return CannotRead(file.path, errno);
    if (count == 0) break;
    length += static_cast<size_t>(count);
  }
  if (length > kMaxFileBytes) return Failure(file.path, "larger than 1 MiB");
  file.text.resize(length);
  return std::nullopt;
}

// The files in the order in which their globals apply.
std::deque<File> FilesOf(const Paths& paths, Diagnostics& diagnostics) {
  std::deque<File> files;
  files.push_back({.path = paths.initiator_name, .shared = true});
  files.push_back({.path = paths.main,
                   .shared = true,
                   .optional = paths.main == Paths{}.main});
  std::vector<std::string> fragments;
  std::error_code error;
  for (std::filesystem::directory_iterator it(paths.fragments, error), end;
       !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".conf") fragments.push_back(it->path());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    diagnostics.push_back(CannotRead(paths.fragments, error.value()));
  }
  std::ranges::sort(fragments);
  for (std::string& path : fragments) {
    files.push_back({.path = std::move(path)});
  }
  return files;
}

}  // namespace

std::optional<Diagnostic> CheckMode(const std::string& file, mode_t mode,
                                    bool holds_secret) {
  if (holds_secret && (mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Failure(file,
                   "holds a secret, but others than its owner have access; run "
                   "'chmod 600 " +
                       file + "'");
  }
  if ((mode & (S_IWGRP | S_IWOTH)) != 0) {
    return Diagnostic{
        Severity::kWarning,
        {.file = file},
        "others than its owner may write it; run 'chmod go-w " + file + "'"};
  }
  return std::nullopt;
}

Parsed Load(const Paths& paths) {
  Diagnostics problems;
  std::deque<File> files = FilesOf(paths, problems);
  std::deque<ScopedWipe> wipes;
  std::vector<Source> sources;
  for (File& file : files) {
    wipes.emplace_back(file.text);
    if (auto problem = Read(file)) problems.push_back(*std::move(problem));
    sources.push_back({file.path, file.text, file.shared});
  }
  Parsed parsed = Parse(sources);
  for (const File& file : files) {
    const bool holds_secret = parsed.files_with_secrets.contains(file.path);
    auto problem = CheckMode(file.path, file.mode, holds_secret);
    if (problem) problems.push_back(*std::move(problem));
  }
  for (Diagnostic& problem : problems) {
    if (problem.severity == Severity::kError) parsed.config.reset();
    parsed.diagnostics.push_back(std::move(problem));
  }
  return parsed;
}

}  // namespace iscsid::config
