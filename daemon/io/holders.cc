// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/io/holders.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include "daemon/io/file.h"
#include "daemon/ports/unique_fd.h"

namespace iscsid {
namespace {

using ctl::Holder;
using ctl::HolderKind;

// They and the programs they start look at disks as these come and change, and
// let go by themselves.
constexpr std::array<std::string_view, 3> kPassersBy = {
    "systemd-udevd", "(udev-worker)", "multipathd"};

std::string NodeOf(const SystemRoots& roots, const std::string& name) {
  return roots.dev + "/" + name;
}

// proc(5): blanks and backslashes are written as \ooo.
std::string Unescape(const std::string& text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool octal = text[i] == '\\' && i + 3 < text.size() &&
                       std::all_of(text.begin() + static_cast<ptrdiff_t>(i) + 1,
                                   text.begin() + static_cast<ptrdiff_t>(i) + 4,
                                   [](char c) { return c >= '0' && c <= '7'; });
    if (!octal) {
      plain += text[i];
      continue;
    }
    plain += static_cast<char>((text[i + 1] - '0') * 64 +
                               (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
    i += 3;
  }
  return plain;
}

std::vector<std::string> Words(const std::string& line) {
  std::istringstream in(line);
  return {std::istream_iterator<std::string>(in), {}};
}

std::string ReadOrEmpty(const std::string& path) {
  const Result<std::optional<std::string>> content = ReadFile(path);
  return content && *content ? **content : std::string();
}

std::vector<Holder> DevicesOn(const std::vector<BlockDevice>& blocks,
                              const SystemRoots& roots) {
  std::vector<Holder> holders;
  for (const BlockDevice& block : blocks) {
    for (const std::string& name : block.holders) {
      const std::string mapper =
          ReadLine(roots.sys + "/class/block/" + name + "/dm/name");
      holders.push_back({NodeOf(roots, block.name), HolderKind::kDevice,
                         mapper.empty() ? name : name + " (" + mapper + ")"});
    }
  }
  return holders;
}

// Block devices and the character devices beside them.
std::set<std::string> NodesOf(const SystemRoots& roots, uint32_t host,
                              const std::vector<BlockDevice>& blocks) {
  std::set<std::string> nodes;
  for (const BlockDevice& block : blocks)
    nodes.insert(NodeOf(roots, block.name));
  for (const ctl::Lun& lun : ReadLuns(roots, host)) {
    if (lun.device) nodes.insert(*lun.device);
    if (lun.generic) nodes.insert(*lun.generic);
  }
  for (std::string& node : ReadTapeNodes(roots, host))
    nodes.insert(std::move(node));
  return nodes;
}

// Empty when the process has ended meanwhile. proc(5): no name can look like a
// line, as newlines in it are escaped.
std::string ParentOf(const SystemRoots& roots, const std::string& pid) {
  constexpr std::string_view kLine = "\nPPid:\t";
  const std::string status = ReadOrEmpty(roots.proc + "/" + pid + "/status");
  const size_t line = status.find(kLine);
  if (line == std::string::npos) return {};
  const size_t parent = line + kLine.size();
  return status.substr(parent, status.find('\n', parent) - parent);
}

bool IsPasserBy(const SystemRoots& roots, const std::string& pid) {
  const std::string name = ReadLine(roots.proc + "/" + pid + "/comm");
  return std::find(kPassersBy.begin(), kPassersBy.end(), name) !=
         kPassersBy.end();
}

// Processes whose descriptors we may look at; the kernel shows us those of
// others only with CAP_SYS_PTRACE.
std::vector<Holder> ProcessesWith(const std::set<std::string>& nodes,
                                  const SystemRoots& roots) {
  std::vector<Holder> holders;
  const std::string self = std::to_string(::getpid());
  for (const std::string& pid : ListDirectory(roots.proc)) {
    if (pid[0] < '0' || pid[0] > '9' || pid == self) continue;
    const std::string process = roots.proc + "/" + pid;
    for (const std::string& fd : ListDirectory(process + "/fd")) {
      const std::string target = LinkPath(process + "/fd/" + fd);
      if (!nodes.contains(target)) continue;
      if (IsPasserBy(roots, pid) || IsPasserBy(roots, ParentOf(roots, pid)))
        break;
      const std::string name = ReadLine(process + "/comm");
      holders.push_back(
          {target, HolderKind::kProcess, name + " (process " + pid + ")"});
      break;
    }
  }
  return holders;
}

// Finds even what nothing above shows: a mount in another namespace, a target
// that exports the disk.
std::vector<Holder> ExclusivelyOpen(const std::vector<BlockDevice>& blocks,
                                    const SystemRoots& roots) {
  std::vector<Holder> holders;
  for (const BlockDevice& block : blocks) {
    const std::string node = NodeOf(roots, block.name);
    const UniqueFd fd(
        ::open(node.c_str(), O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC));
    if (!fd && errno == EBUSY) {
      holders.push_back(
          {node, HolderKind::kProcess, "something that opened it exclusively"});
    }
  }
  return holders;
}

}  // namespace

std::vector<Holder> MountsOf(const std::vector<BlockDevice>& blocks,
                             const SystemRoots& roots,
                             std::string_view mountinfo) {
  std::vector<Holder> holders;
  std::istringstream in{std::string(mountinfo)};
  for (std::string line; std::getline(in, line);) {
    // id parent major:minor root mountpoint options… - type source options
    const std::vector<std::string> words = Words(line);
    const auto dash = std::find(words.begin(), words.end(), "-");
    if (words.size() < 5 || words.end() - dash < 3) continue;
    // Some filesystems have device numbers of their own, but name a source.
    const std::string source = Unescape(dash[2]);
    for (const BlockDevice& block : blocks) {
      const std::string node = NodeOf(roots, block.name);
      if (words[2] == block.number || source == node)
        holders.push_back({node, HolderKind::kMount, Unescape(words[4])});
    }
  }
  return holders;
}

std::vector<Holder> SwapsOn(const std::vector<BlockDevice>& blocks,
                            const SystemRoots& roots, std::string_view swaps) {
  std::vector<Holder> holders;
  std::istringstream in{std::string(swaps)};
  for (std::string line; std::getline(in, line);) {
    const std::vector<std::string> words = Words(line);
    if (words.empty()) continue;
    for (const BlockDevice& block : blocks) {
      const std::string node = NodeOf(roots, block.name);
      if (Unescape(words[0]) == node)
        holders.push_back({node, HolderKind::kSwap, node});
    }
  }
  return holders;
}

std::vector<Holder> FindHolders(const SystemRoots& roots, uint32_t host) {
  const std::vector<BlockDevice> blocks = ReadBlockDevices(roots, host);
  // Init's view; in a sandbox that hides it, our own.
  std::string mountinfo = ReadOrEmpty(roots.proc + "/1/mountinfo");
  if (mountinfo.empty())
    mountinfo = ReadOrEmpty(roots.proc + "/self/mountinfo");

  std::vector<Holder> holders = MountsOf(blocks, roots, mountinfo);
  const auto add = [&holders](std::vector<Holder> more) {
    holders.insert(holders.end(), more.begin(), more.end());
  };
  add(SwapsOn(blocks, roots, ReadOrEmpty(roots.proc + "/swaps")));
  add(DevicesOn(blocks, roots));
  add(ProcessesWith(NodesOf(roots, host, blocks), roots));
  if (holders.empty()) add(ExclusivelyOpen(blocks, roots));
  return holders;
}

}  // namespace iscsid
