// SPDX-License-Identifier: GPL-2.0-or-later
//
// A temporary directory that looks like /sys, /proc and /dev.
#ifndef ISCSID_TESTS_UNIT_IO_SYSTEM_TREE_H_
#define ISCSID_TESTS_UNIT_IO_SYSTEM_TREE_H_

#include <filesystem>
#include <fstream>
#include <string>

#include "daemon/io/sysfs.h"
#include "tests/unit/temporary_directory.h"

namespace iscsid {

class SystemTree {
 public:
  SystemTree()
      : roots{directory_.path() + "/sys", directory_.path() + "/proc",
              directory_.path() + "/dev"} {
    for (const std::string& root : {roots.sys, roots.proc, roots.dev})
      std::filesystem::create_directories(root);
  }

  void Write(const std::string& path, const std::string& content) {
    std::filesystem::create_directories(
        std::filesystem::path(path).parent_path());
    std::ofstream(path) << content;
  }

  // What sysfs shows of a LUN; returns its directory.
  std::string AddLun(const std::string& hctl, int type) {
    const std::string path = roots.sys + "/bus/scsi/devices/" + hctl;
    Write(path + "/type", std::to_string(type) + "\n");
    Write(path + "/vendor", "LIO-ORG \n");
    Write(path + "/model", "disk one        \n");
    Write(path + "/state", "running\n");
    return path;
  }
  // And of the disk on it.
  std::string AddDisk(const std::string& lun, const std::string& name,
                      const std::string& number) {
    const std::string path = lun + "/block/" + name;
    Write(path + "/dev", number + "\n");
    Write(path + "/size", "2048\n");
    std::filesystem::create_directories(path + "/holders");
    Write(roots.dev + "/" + name, "");
    return path;
  }

 private:
  TemporaryDirectory directory_;

 public:
  const SystemRoots roots;
};

}  // namespace iscsid

#endif  // ISCSID_TESTS_UNIT_IO_SYSTEM_TREE_H_
