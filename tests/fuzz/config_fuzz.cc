// SPDX-License-Identifier: GPL-2.0-or-later
//
// iscsi.conf: any bytes.
#include "daemon/config/parse.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace iscsid;
  const std::string_view text = AsText(Input(data, size).Rest());
  const config::Source source{"f", text, true};
  const config::Parsed parsed = config::Parse({&source, 1});
  bool failed = false;
  for (const config::Diagnostic& diagnostic : parsed.diagnostics) {
    failed = failed || diagnostic.severity == config::Severity::kError;
    Require(diagnostic.Text().size() < 4096, "a message has a length");
  }
  Require(parsed.config.has_value() != failed, "nothing is half applied");
  if (!parsed.config) return 0;
  for (const config::Stanza& stanza : parsed.config->stanzas) {
    Require(!stanza.target_address.host.empty(), "a stanza has an address");
    Require(stanza.offers.first_burst_length <= stanza.offers.max_burst_length,
            "FirstBurstLength <= MaxBurstLength");
  }
  return 0;
}
