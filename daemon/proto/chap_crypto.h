// SPDX-License-Identifier: GPL-2.0-or-later
//
// What CHAP needs of a crypto library (RFC 7143 §12.1.3), and the challenges
// that this process has sent: none may come back as somebody else's (C-051).
#ifndef ISCSID_PROTO_CHAP_CRYPTO_H_
#define ISCSID_PROTO_CHAP_CRYPTO_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <span>
#include <string_view>

#include "daemon/proto/pdu.h"
#include "daemon/result.h"

namespace iscsid {

// By their numbers in CHAP_A.
enum class ChapAlgorithm : uint8_t {
  kMd5 = 5,
  kSha1 = 6,
  kSha256 = 7,
  kSha3_256 = 8,
};

struct ChapAlgorithmRow {
  ChapAlgorithm algorithm;
  std::string_view name;  // in configuration and messages
  size_t digest_bytes;
};

// All of them, the weakest first.
inline constexpr ChapAlgorithmRow kChapAlgorithms[] = {
    {ChapAlgorithm::kMd5, "MD5", 16},
    {ChapAlgorithm::kSha1, "SHA1", 20},
    {ChapAlgorithm::kSha256, "SHA256", 32},
    {ChapAlgorithm::kSha3_256, "SHA3-256", 32},
};

[[nodiscard]] const ChapAlgorithmRow& RowOf(ChapAlgorithm algorithm);
[[nodiscard]] std::string_view NameOf(ChapAlgorithm algorithm);

class ChapCrypto {
 public:
  virtual ~ChapCrypto() = default;

  // Whether Digest can do it; the error names the algorithm and why not.
  virtual Status Check(ChapAlgorithm algorithm) = 0;

  // Of the parts as if they were one.
  virtual Result<Bytes> Digest(
      ChapAlgorithm algorithm,
      std::initializer_list<std::span<const std::byte>> parts) = 0;

  virtual Status Random(std::span<std::byte> bytes) = 0;

  // In a time that does not depend on where they differ (C-049).
  [[nodiscard]] virtual bool Equal(std::span<const std::byte> a,
                                   std::span<const std::byte> b) const = 0;

  // Random bytes for a CHAP_C of ours, remembered.
  Result<Bytes> NewChallenge();
  // Did we send it, on whatever connection? Of the latest few thousand.
  [[nodiscard]] bool IsOurs(std::span<const std::byte> challenge) const;

 private:
  std::deque<Bytes> challenges_;
};

}  // namespace iscsid

#endif  // ISCSID_PROTO_CHAP_CRYPTO_H_
