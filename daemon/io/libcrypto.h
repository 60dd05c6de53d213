// SPDX-License-Identifier: GPL-2.0-or-later
//
// libcrypto for CHAP, and nothing else of it. It may refuse an algorithm: the
// system's policy (OPENSSL_CONF) can allow those of a FIPS module only.
#ifndef ISCSID_IO_LIBCRYPTO_H_
#define ISCSID_IO_LIBCRYPTO_H_

#include <openssl/types.h>

#include <map>
#include <memory>

#include "daemon/proto/chap_crypto.h"

namespace iscsid {

class Libcrypto : public ChapCrypto {
 public:
  // Asks for all algorithms now: later, recovering, it may be that no library
  // and no file can be read.
  Libcrypto();

  Status Check(ChapAlgorithm algorithm) override;
  Result<Bytes> Digest(
      ChapAlgorithm algorithm,
      std::initializer_list<std::span<const std::byte>> parts) override;
  Status Random(std::span<std::byte> bytes) override;
  [[nodiscard]] bool Equal(std::span<const std::byte> a,
                           std::span<const std::byte> b) const override;

 private:
  struct FreeDigest {
    void operator()(EVP_MD* digest) const;
  };
  using DigestPtr = std::unique_ptr<EVP_MD, FreeDigest>;

  Result<DigestPtr> Fetch(ChapAlgorithm algorithm);

  std::map<ChapAlgorithm, Result<DigestPtr>> digests_;
};

}  // namespace iscsid

#endif  // ISCSID_IO_LIBCRYPTO_H_
