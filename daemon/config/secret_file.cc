// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/config/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "daemon/config/check.h"
#include "daemon/config/load.h"
#include "daemon/config/value.h"
#include "daemon/ports/unique_fd.h"

namespace iscsid::config {
namespace {

// More than the longest secret in hex and a newline.
constexpr size_t kMaxFileBytes = 1024;

Error Unusable(const std::string& path, const std::string& why) {
  return {Errc::kInvalidArgument, path + ": " + why};
}

Error CannotRead(const std::string& path) {
  return Unusable(path, std::string("cannot read it: ") + std::strerror(errno));
}

// Into a text of its final size: no copy stays behind (C-055).
Status ReadWhole(int descriptor, const std::string& path, std::string& text) {
  text.resize(kMaxFileBytes);
  size_t length = 0;
  while (length < text.size()) {
    const ssize_t count =
        read(descriptor, text.data() + length, text.size() - length);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return CannotRead(path);
    if (count == 0) break;
    length += static_cast<size_t>(count);
  }
  if (length == text.size()) return Unusable(path, "too long for a secret");
  // Editors end the last line, too.
  if (length > 0 && text[length - 1] == '\n') --length;
  text.resize(length);
  return {};
}

Result<Secret> ReadFile(const std::string& path) {
  const UniqueFd descriptor(
      open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status;
  if (!descriptor || fstat(descriptor.get(), &status) != 0)
    return CannotRead(path);
  if (!S_ISREG(status.st_mode)) return Unusable(path, "not a file");
  if (const auto problem = CheckMode(path, status.st_mode, true))
    return Unusable(path, problem->message);
  std::string text;
  const ScopedWipe wipe(text);
  if (Status got = ReadWhole(descriptor.get(), path, text); !got)
    return got.error();
  Result<Secret> secret = ParseSecret(text, false);
  if (!secret) return Unusable(path, secret.error().what);
  return secret;
}

Result<std::string> PathOf(const SecretSource& source) {
  if (source.from == SecretSource::From::kFile) return source.name;
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr) {
    return Unusable(source.name,
                    "systemd gave this process no credentials; set "
                    "LoadCredential= in a drop-in for iscsid.service");
  }
  return std::string(folder) + '/' + source.name;
}

Status Fill(std::string_view key, SecretSource& source) {
  if (!source || !source.secret.empty()) return {};
  const Result<std::string> path = PathOf(source);
  if (!path) return path.error().In(key);
  Result<Secret> secret = ReadFile(*path);
  if (!secret) return secret.error().In(key);
  source.secret = *std::move(secret);
  return {};
}

}  // namespace

Status ReadSecrets(Stanza& stanza) {
  Stanza read = stanza;
  if (Status filled = Fill("chapSecret", read.chap_secret); !filled)
    return filled;
  if (Status filled = Fill("tgtChapSecret", read.tgt_chap_secret); !filled)
    return filled;
  for (const Problem& problem : Check(read)) {
    if (problem.key == "chapSecret" || problem.key == "tgtChapSecret")
      return {Errc::kInvalidArgument, problem.message};
  }
  stanza = std::move(read);
  return {};
}

Diagnostics ReadSecrets(Config& config) {
  Diagnostics diagnostics;
  const auto read = [&](Stanza& stanza) {
    const Status done = ReadSecrets(stanza);
    if (done) return;
    diagnostics.push_back(
        {Severity::kWarning,
         {.file = stanza.nickname.empty() ? std::string("globals")
                                          : stanza.nickname},
         done.error().what});
  };
  read(config.globals);
  for (Stanza& stanza : config.stanzas) read(stanza);
  return diagnostics;
}

}  // namespace iscsid::config
