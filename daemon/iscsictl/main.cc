// SPDX-License-Identifier: GPL-2.0-or-later
//
// iscsictl(8): the control program of iscsid.
#include <iostream>
#include <string>
#include <vector>

#include "daemon/iscsictl/run.h"

int main(int argc, char** argv) {
  using namespace iscsid::cli;
  Console console(std::cout, std::cerr, Connect);
  const ExitCode code =
      Run(std::vector<std::string>(argv + 1, argv + argc), console);
  return static_cast<int>(code);
}
