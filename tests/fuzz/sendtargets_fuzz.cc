// SPDX-License-Identifier: GPL-2.0-or-later
//
// A Discovery session against a target that says anything: the input is Text
// Responses and what else may come, an opcode, flags and a piece of text each.
#include <endian.h>

#include "daemon/proto/discovery.h"
#include "daemon/proto/name.h"
#include "tests/fuzz/fuzz.h"

namespace iscsid {
namespace {

void CheckTargets(const DiscoveryResult& result) {
  for (const DiscoveredTarget& target : result.targets) {
    const Result<std::string> name = NormalizeTargetName(target.name);
    Require(name && *name == target.name, "names are normal");
    Require(Printable(target.name, 1000).find('\x1b') == std::string::npos,
            "names can be printed");
    Require(!target.portals.empty(), "a target has a portal");
    for (const Portal& portal : target.portals) {
      const Result<Portal> again = ParsePortal(ToString(portal));
      Require(again && *again == portal, "portals can be read again");
    }
  }
  for (const std::string& skipped : result.skipped) {
    Require(std::ranges::all_of(skipped,
                                [](char c) { return c >= ' ' && c <= '~'; }),
            "what is skipped can be logged");
  }
}

Pdu PduFrom(Input& input, uint32_t statsn) {
  iscsi_bhs_text_response header{};
  const uint8_t kind = input.Octet();
  header.opcode = ISCSI_OPCODE_TEXT_RESPONSE;
  if (kind == 1) header.opcode = ISCSI_OPCODE_NOP_IN;
  if (kind == 2) header.opcode = input.Octet();
  header.flags = input.Octet();
  header.itt = htobe32(kind == 1 ? ISCSI_TAG_NONE : 1);
  const bool final = (header.flags & ISCSI_BHS_FINAL) != 0;
  header.ttt = htobe32(final ? ISCSI_TAG_NONE : 7);
  header.statsn = htobe32(statsn);
  Pdu pdu;
  pdu.Set(header);
  const auto text = input.Piece();
  pdu.data.assign(text.begin(), text.end());
  return pdu;
}

void Fuzz(Input input) {
  const Portal connected{"192.0.2.1", 3260, {}};
  LoginResult login;
  login.exp_statsn = 1;
  login.connection.max_xmit_data_segment_length = 8192;
  Discovery discovery(login, connected);
  const Bytes first = discovery.Start();
  PduReader reader;
  std::span<const std::byte> bytes(first);
  const auto request = reader.Feed(bytes);
  const uint32_t itt = (*request)->itt();
  for (uint32_t statsn = 1; !input.empty(); ++statsn) {
    Pdu pdu = PduFrom(input, statsn);
    auto header = pdu.As<iscsi_bhs_text_response>();
    if (be32toh(header.itt) == 1) header.itt = htobe32(itt);
    pdu.Set(header);
    const DiscoveryEvent event = discovery.OnPdu(pdu);
    if (const auto* result = std::get_if<DiscoveryResult>(&event)) {
      CheckTargets(*result);
      (void)discovery.StartLogout();
    } else if (!std::holds_alternative<DiscoverySend>(event)) {
      return;
    }
  }
}

}  // namespace
}  // namespace iscsid

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  iscsid::Fuzz(iscsid::Input(data, size));
  return 0;
}
