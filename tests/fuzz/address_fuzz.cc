// SPDX-License-Identifier: GPL-2.0-or-later
//
// Addresses and names, as people and targets write them.
#include "daemon/proto/address.h"
#include "daemon/proto/name.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace iscsid;
  const std::string_view text = AsText(Input(data, size).Rest());
  const Result<Portal> portal = ParsePortal(text);
  if (portal) {
    const std::string written = ToString(*portal);
    Require(Printable(written, 1000) == written, "it can be printed");
    const Result<Portal> again = ParsePortal(written);
    Require(again && *again == *portal, "what is written can be read");
  }
  for (const auto normalize : {NormalizeIscsiName, NormalizeTargetName}) {
    const Result<std::string> name = normalize(text);
    if (!name) continue;
    Require(name->size() <= 223, "names are at most 223 bytes");
    const Result<std::string> again = normalize(*name);
    Require(again && *again == *name, "normal names stay as they are");
  }
  return 0;
}
