// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/io/sysfs.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "daemon/core/luns.h"
#include "daemon/io/file.h"

namespace iscsid {
namespace {

constexpr uint64_t kSectorBytes = 512;  // what sysfs counts sizes in

template <typename T>
std::optional<T> ParseDecimal(std::string_view text) {
  T value{};
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

struct ScsiDevice {
  uint64_t lun;
  std::string path;
};

// Channel and target id are 0 on our hosts, which are of one session each.
std::vector<ScsiDevice> ScsiDevices(const SystemRoots& roots, uint32_t host) {
  const std::string directory = roots.sys + "/bus/scsi/devices";
  const std::string prefix = std::to_string(host) + ":0:0:";
  std::vector<ScsiDevice> devices;
  for (const std::string& name : ListDirectory(directory)) {
    if (!name.starts_with(prefix)) continue;
    const auto lun = ParseDecimal<uint64_t>(name.substr(prefix.size()));
    if (lun) devices.push_back({*lun, directory + "/" + name});
  }
  std::sort(devices.begin(), devices.end(),
            [](const auto& a, const auto& b) { return a.lun < b.lun; });
  return devices;
}

// "st0", and neither "nst0" nor "st0a".
bool IsMainNode(std::string_view name) {
  return name.find_first_of("0123456789") != std::string_view::npos &&
         !name.starts_with("nst") && name.back() >= '0' && name.back() <= '9';
}

// The directory of the device's driver under `kind`, if it is bound.
std::optional<std::string> DriverNode(const std::string& device,
                                      const std::string& kind) {
  for (const std::string& name : ListDirectory(device + "/" + kind)) {
    if (kind == "block" || IsMainNode(name)) return name;
  }
  return std::nullopt;
}

// "/dev/sda", once it is there.
std::optional<std::string> DeviceNode(const SystemRoots& roots,
                                      const std::optional<std::string>& name) {
  if (!name) return std::nullopt;
  const std::string node = roots.dev + "/" + *name;
  if (::access(node.c_str(), F_OK) != 0) return std::nullopt;
  return node;
}

std::optional<std::string> Attribute(const std::string& path) {
  std::string value = ReadLine(path);
  if (value.empty()) return std::nullopt;
  return value;
}

ctl::Lun ReadLun(const SystemRoots& roots, const ScsiDevice& device) {
  ctl::Lun lun;
  lun.lun = device.lun;
  const std::optional<std::string> block = DriverNode(device.path, "block");
  for (const char* kind : {"block", "scsi_tape", "scsi_changer"}) {
    if (!lun.device)
      lun.device = DeviceNode(roots, DriverNode(device.path, kind));
  }
  lun.generic = DeviceNode(roots, DriverNode(device.path, "scsi_generic"));
  if (const auto code = ParseDecimal<unsigned>(ReadLine(device.path + "/type")))
    if (const ScsiType* type = FindScsiType(*code)) lun.type = type->name;
  lun.vendor = Attribute(device.path + "/vendor");
  lun.model = Attribute(device.path + "/model");
  lun.state = Attribute(device.path + "/state");
  if (block) {
    const auto sectors = ParseDecimal<uint64_t>(
        ReadLine(device.path + "/block/" + *block + "/size"));
    if (sectors) lun.size = *sectors * kSectorBytes;
  }
  return lun;
}

BlockDevice ReadBlockDevice(const std::string& path, const std::string& name) {
  return {name, ReadLine(path + "/dev"), ListDirectory(path + "/holders")};
}

}  // namespace

std::vector<ctl::Lun> ReadLuns(const SystemRoots& roots, uint32_t host) {
  std::vector<ctl::Lun> luns;
  for (const ScsiDevice& device : ScsiDevices(roots, host))
    luns.push_back(ReadLun(roots, device));
  return luns;
}

std::vector<std::string> ReadTapeNodes(const SystemRoots& roots,
                                       uint32_t host) {
  std::vector<std::string> nodes;
  for (const ScsiDevice& device : ScsiDevices(roots, host)) {
    for (const std::string& name : ListDirectory(device.path + "/scsi_tape"))
      nodes.push_back(roots.dev + "/" + name);
  }
  return nodes;
}

std::vector<BlockDevice> ReadBlockDevices(const SystemRoots& roots,
                                          uint32_t host) {
  std::vector<BlockDevice> blocks;
  for (const ScsiDevice& device : ScsiDevices(roots, host)) {
    const std::optional<std::string> disk = DriverNode(device.path, "block");
    if (!disk) continue;
    const std::string path = device.path + "/block/" + *disk;
    blocks.push_back(ReadBlockDevice(path, *disk));
    for (const std::string& name : ListDirectory(path)) {
      const std::string part = path + "/" + name;
      if (name.starts_with(*disk) && !ReadLine(part + "/partition").empty())
        blocks.push_back(ReadBlockDevice(part, name));
    }
  }
  return blocks;
}

}  // namespace iscsid
