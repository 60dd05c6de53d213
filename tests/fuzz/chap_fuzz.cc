// SPDX-License-Identifier: GPL-2.0-or-later
//
// CHAP's keys: the input is texts, each a piece, that a target says one after
// the other.
#include "daemon/proto/chap.h"
#include "tests/fuzz/fuzz.h"

namespace iscsid {
namespace {

Secret SecretOf(std::string_view text) {
  return Secret(std::as_bytes(std::span(text)));
}

void Fuzz(Input input) {
  ChapConfig config;
  config.name = "me";
  config.secret = SecretOf("sixteen-bytes-16");
  config.algorithms = {ChapAlgorithm::kSha256, ChapAlgorithm::kMd5};
  config.mutual = (input.Octet() & 1) != 0;
  config.target_name = "it";
  config.target_secret = SecretOf("another-sixteen!");
  HopelessCrypto crypto;
  Chap chap(config, crypto);
  (void)chap.Start();
  while (!input.empty()) {
    const size_t length = input.Octet() * size_t{16};
    const Result<TextPairs> pairs = ParseText(input.Bytes(length));
    if (!pairs || pairs->empty()) continue;
    const Result<TextPairs> said = chap.OnKeys(*pairs);
    if (!said) return;
    Require(chap.HasAnswered(), "what is taken is answered");
    Require(!config.mutual || !chap.CheckDone(), "no proof is right");
  }
}

}  // namespace
}  // namespace iscsid

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  iscsid::Fuzz(iscsid::Input(data, size));
  return 0;
}
