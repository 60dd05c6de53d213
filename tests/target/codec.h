// SPDX-License-Identifier: GPL-2.0-or-later
//
// PDUs to bytes and back: padding and digests (RFC 7143 §11.2). What is wrong
// on purpose is asked for with a Wrong; what came in wrong is reported, not
// refused, so that a test can tell.
#ifndef TARGET_CODEC_H_
#define TARGET_CODEC_H_

#include <cstdint>
#include <optional>

#include "tests/target/pdu.h"

namespace target {

// CRC32C (RFC 3720 B.4); `crc` continues an earlier one.
uint32_t Crc32c(ByteView bytes, uint32_t crc = 0);

struct Digests {
  bool header = false;
  bool data = false;
};

// What Encode is to get wrong.
struct Wrong {
  bool header_digest = false;
  bool data_digest = false;
  uint8_t padding = 0;                               // what to pad with
  std::optional<uint32_t> length = std::nullopt;     // DataSegmentLength
  std::optional<uint8_t> ahs_length = std::nullopt;  // TotalAHSLength
  std::optional<uint32_t> flip_bit = std::nullopt;   // of data, past digest
};

Bytes Encode(const Pdu& pdu, Digests digests, const Wrong& wrong = {});

struct Decoded {
  Pdu pdu;
  bool header_digest_ok = true;
  bool data_digest_ok = true;
  bool padding_ok = true;  // zeros
};

// Takes a stream in pieces of any size and gives PDUs.
class Decoder {
 public:
  // Of PDUs not yet begun.
  void set_digests(Digests digests) { digests_ = digests; }

  void Feed(ByteView bytes) {
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  }
  // The next PDU once all of it is there.
  std::optional<Decoded> Next();
  // Bytes of a PDU that is not whole.
  size_t rest() const { return buffer_.size() - begin_; }

 private:
  Bytes buffer_;
  size_t begin_ = 0;
  Digests digests_;
};

}  // namespace target

#endif  // TARGET_CODEC_H_
