// SPDX-License-Identifier: GPL-2.0-or-later
//
// A directory of a test's own: the tests of one program run side by side.
#ifndef ISCSID_TESTS_UNIT_TEMPORARY_DIRECTORY_H_
#define ISCSID_TESTS_UNIT_TEMPORARY_DIRECTORY_H_

#include <cstdlib>
#include <filesystem>
#include <string>

namespace iscsid {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = std::filesystem::temp_directory_path() / "iscsidXXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace iscsid

#endif  // ISCSID_TESTS_UNIT_TEMPORARY_DIRECTORY_H_
