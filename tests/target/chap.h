// SPDX-License-Identifier: GPL-2.0-or-later
//
// The target's side of CHAP (RFC 7143 §12.1.3, RFC 1994). Secrets here are
// test data: nothing is wiped or kept off the heap.
#ifndef TARGET_CHAP_H_
#define TARGET_CHAP_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/target/bytes.h"
#include "tests/target/config.h"
#include "tests/target/result.h"
#include "tests/target/text.h"

namespace target {

// Hash of identifier, secret and challenge; nothing for an algorithm other
// than 5 MD5, 6 SHA1, 7 SHA-256 and 8 SHA3-256, or one libcrypto refuses.
std::optional<Bytes> ChapResponse(unsigned algorithm, uint8_t identifier,
                                  std::string_view secret, ByteView challenge);

Bytes RandomBytes(size_t count);

class ChapTarget {
 public:
  ChapTarget(Auth auth, std::vector<unsigned> algorithms)
      : auth_(std::move(auth)), algorithms_(std::move(algorithms)) {}

  // The keys that answer those of a request; the error is why it is refused.
  Result<KeyList> Step(const KeyList& request);

  bool done() const { return done_; }

 private:
  Result<KeyList> Challenge(const std::string& offered);
  Result<KeyList> Verify(const KeyList& request, const std::string& response);
  Result<KeyList> Prove(const std::string& identifier,
                        const std::string& challenge) const;

  Auth auth_;
  std::vector<unsigned> algorithms_;
  unsigned algorithm_ = 0;  // 0: not chosen yet
  uint8_t identifier_ = 0;
  Bytes challenge_;
  bool done_ = false;
};

}  // namespace target

#endif  // TARGET_CHAP_H_
