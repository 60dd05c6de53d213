// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/io/libcrypto.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <string>
#include <utility>

namespace iscsid {
namespace {

// libcrypto's names.
const char* NameInLibcrypto(ChapAlgorithm algorithm) {
  switch (algorithm) {
    case ChapAlgorithm::kMd5:
      return "MD5";
    case ChapAlgorithm::kSha1:
      return "SHA1";
    case ChapAlgorithm::kSha256:
      return "SHA2-256";
    case ChapAlgorithm::kSha3_256:
      return "SHA3-256";
  }
  return "";
}

// Takes libcrypto's own reason off its queue.
Error Refused(const std::string& what) {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return {Errc::kUnsupported, "libcrypto refuses " + what + ": " +
                                  (reason == nullptr ? "no reason" : reason)};
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

void Libcrypto::FreeDigest::operator()(EVP_MD* digest) const {
  EVP_MD_free(digest);
}

Libcrypto::Libcrypto() {
  for (const ChapAlgorithmRow& row : kChapAlgorithms)
    digests_.emplace(row.algorithm, Fetch(row.algorithm));
}

Result<Libcrypto::DigestPtr> Libcrypto::Fetch(ChapAlgorithm algorithm) {
  DigestPtr digest(EVP_MD_fetch(nullptr, NameInLibcrypto(algorithm), nullptr));
  if (digest == nullptr) return Refused(std::string(NameOf(algorithm)));
  return digest;
}

Status Libcrypto::Check(ChapAlgorithm algorithm) {
  const Result<DigestPtr>& digest = digests_.at(algorithm);
  return digest ? Status() : Status(digest.error());
}

Result<Bytes> Libcrypto::Digest(
    ChapAlgorithm algorithm,
    std::initializer_list<std::span<const std::byte>> parts) {
  const Result<DigestPtr>& digest = digests_.at(algorithm);
  if (!digest) return digest.error();
  // It wipes what it holds when it is freed (C-055).
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  bool done = context != nullptr &&
              EVP_DigestInit_ex2(context.get(), digest->get(), nullptr) == 1;
  for (const std::span<const std::byte> part : parts) {
    done =
        done && EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
  }
  Bytes value(RowOf(algorithm).digest_bytes);
  done =
      done && EVP_DigestFinal_ex(context.get(),
                                 reinterpret_cast<unsigned char*>(value.data()),
                                 nullptr) == 1;
  if (!done) return Refused(std::string(NameOf(algorithm)));
  return value;
}

Status Libcrypto::Random(std::span<std::byte> bytes) {
  const int done = RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()),
                              static_cast<int>(bytes.size()));
  return done == 1 ? Status() : Status(Refused("random bytes"));
}

bool Libcrypto::Equal(std::span<const std::byte> a,
                      std::span<const std::byte> b) const {
  return a.size() == b.size() &&
         CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace iscsid
