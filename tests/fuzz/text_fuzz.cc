// SPDX-License-Identifier: GPL-2.0-or-later
//
// key=value text, in one piece and in many, and each notation of values.
#include "daemon/proto/text.h"
#include "tests/fuzz/fuzz.h"

namespace iscsid {
namespace {

void FuzzPairs(std::span<const std::byte> text, size_t cut) {
  const Result<TextPairs> pairs = ParseText(text);
  TextCollector collector(65536);
  const auto pieces = SplitText(text, cut);
  for (size_t i = 0; i < pieces.size(); ++i) {
    const bool more = i + 1 < pieces.size();
    const auto collected = collector.Add(pieces[i], more);
    if (more) {
      Require(collected && !*collected, "a text that goes on is not over");
    } else {
      Require(collected.ok() == pairs.ok(), "cutting changes nothing");
      if (collected) Require(**collected == *pairs, "nor what is said");
    }
  }
  if (!pairs) return;
  Require(std::ranges::equal(FormatText(*pairs), text),
          "FormatText is the inverse of ParseText");
}

void FuzzValue(std::string_view value) {
  const Result<uint64_t> number = ParseNumber(value);
  if (number) {
    Require(*ParseNumber(std::to_string(*number)) == *number,
            "a number is itself");
  }
  const Result<std::vector<std::byte>> binary = DecodeBinary(value, 1024);
  if (binary) {
    Require(!binary->empty() && binary->size() <= 1024, "1 to 1024 bytes");
    Require(*DecodeBinary(EncodeHex(*binary), 1024) == *binary, "hex is exact");
    Require(*DecodeBinary(EncodeBase64(*binary), 1024) == *binary,
            "base64 is exact");
  }
  const Result<std::vector<std::string>> list = ParseList(value);
  if (list) Require(FormatList(*list) == value, "a list is itself");
  (void)ParseBoolean(value);
}

}  // namespace
}  // namespace iscsid

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  iscsid::Input input(data, size);
  const size_t cut = input.Octet() + size_t{1};
  const auto text = input.Rest();
  iscsid::FuzzPairs(text, cut);
  iscsid::FuzzValue(iscsid::AsText(text));
  return 0;
}
