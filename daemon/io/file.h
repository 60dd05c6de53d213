// SPDX-License-Identifier: GPL-2.0-or-later
//
// Whole small files: /proc, /sys, the state directory.
#ifndef ISCSID_IO_FILE_H_
#define ISCSID_IO_FILE_H_

#include <optional>
#include <string>
#include <vector>

#include "daemon/result.h"

namespace iscsid {

// Nothing when there is no such file.
Result<std::optional<std::string>> ReadFile(const std::string& path);

// The first line without trailing blanks; empty when it cannot be read. For
// attributes of sysfs, which come and go.
std::string ReadLine(const std::string& path);

// What a symbolic link says; empty for no link.
std::string LinkPath(const std::string& path);

// The names in a directory but for those with a dot in front, sorted; none
// when it cannot be read.
std::vector<std::string> ListDirectory(const std::string& path);

// Replaces the file as a whole: what was there stays until the new content is
// on the disk (write, fsync, rename, fsync of the directory).
Status ReplaceFile(const std::string& directory, const std::string& name,
                   const std::string& content);

}  // namespace iscsid

#endif  // ISCSID_IO_FILE_H_
