// SPDX-License-Identifier: GPL-2.0-or-later
//
// The control socket: a stream of NUL-framed JSON, cut anywhere.
#include "daemon/ctl/service.h"
#include "daemon/ctl/varlink.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace iscsid;
  Input input(data, size);
  const size_t cut = input.Octet() + size_t{1};
  ctl::Framer framer(4096);
  while (!input.empty()) {
    if (!framer.Feed(input.Bytes(cut))) return 0;
    while (const auto message = framer.Next()) {
      const Result<ctl::Call> call = ctl::DecodeCall(*message);
      (void)ctl::DecodeReply(*message);
      if (!call) continue;
      const auto dispatched = ctl::Dispatch(*call, "1");
      const auto* reply = std::get_if<ctl::Reply>(&dispatched);
      if (reply == nullptr) continue;
      std::string wire = ctl::EncodeReply(*reply);
      Require(!wire.empty() && wire.back() == '\0', "a reply ends in NUL");
      wire.pop_back();
      Require(ctl::DecodeReply(wire).ok(), "our replies can be read");
    }
  }
  return 0;
}
