// SPDX-License-Identifier: GPL-2.0-or-later
//
// The real digests against known answers, and a policy that refuses some of
// them. OPENSSL_CONF is read once per process, so that test runs itself again.
#include "daemon/io/libcrypto.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "daemon/proto/text.h"
#include "tests/unit/temporary_directory.h"

namespace iscsid {
namespace {

std::string self;  // this program

std::span<const std::byte> BytesOf(std::string_view text) {
  return std::as_bytes(std::span(text));
}

// FIPS 180-4, FIPS 202 and RFC 1321 of "abc".
TEST(Libcrypto, KnownAnswers) {
  const std::pair<ChapAlgorithm, const char*> answers[] = {
      {ChapAlgorithm::kMd5, "0x900150983cd24fb0d6963f7d28e17f72"},
      {ChapAlgorithm::kSha1, "0xa9993e364706816aba3e25717850c26c9cd0d89d"},
      {ChapAlgorithm::kSha256,
       "0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {ChapAlgorithm::kSha3_256,
       "0x3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"},
  };
  Libcrypto library;
  for (const auto& [algorithm, answer] : answers) {
    EXPECT_TRUE(library.Check(algorithm));
    const Result<Bytes> value =
        library.Digest(algorithm, {BytesOf("a"), BytesOf(""), BytesOf("bc")});
    ASSERT_TRUE(value);
    EXPECT_EQ(EncodeHex(*value), answer);
    EXPECT_EQ(value->size(), RowOf(algorithm).digest_bytes);
  }
}

// C-051
TEST(Libcrypto, C051_RandomBytesDiffer) {
  Libcrypto library;
  const Result<Bytes> first = library.NewChallenge();
  const Result<Bytes> second = library.NewChallenge();
  ASSERT_TRUE(first && second);
  EXPECT_NE(*first, *second);
  EXPECT_GE(first->size(), 16u);
}

// C-049
TEST(Libcrypto, C049_ComparesLengthAndContent) {
  const Libcrypto library;
  EXPECT_TRUE(library.Equal(BytesOf("abc"), BytesOf("abc")));
  EXPECT_TRUE(library.Equal({}, {}));
  EXPECT_FALSE(library.Equal(BytesOf("abc"), BytesOf("abd")));
  EXPECT_FALSE(library.Equal(BytesOf("abc"), BytesOf("abcd")));
  EXPECT_FALSE(library.Equal(BytesOf("abc"), {}));
}

// What this program prints instead of testing when it runs itself.
void Report() {
  Libcrypto library;
  for (const ChapAlgorithmRow& row : kChapAlgorithms) {
    const Status checked = library.Check(row.algorithm);
    const Result<Bytes> value = library.Digest(row.algorithm, {BytesOf("abc")});
    std::printf("%s: %s\n", std::string(row.name).c_str(),
                checked && value ? EncodeHex(*value).c_str()
                                 : value.error().what.c_str());
  }
}

// What a process of this program reports with this file as OPENSSL_CONF.
std::string ReportUnder(const std::string& conf) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/openssl.cnf";
  std::ofstream(path) << conf;
  const std::string command =
      "OPENSSL_CONF=" + path + " '" + self + "' report 2>&1";
  std::FILE* pipe = popen(command.c_str(), "r");
  std::string output;
  char buffer[4096];
  while (size_t count = fread(buffer, 1, sizeof(buffer), pipe))
    output.append(buffer, count);
  EXPECT_EQ(WEXITSTATUS(pclose(pipe)), 0) << output;
  return output;
}

constexpr std::string_view kHead =
    "openssl_conf = init\n"
    "[init]\nproviders = providers\nalg_section = algorithms\n"
    "[algorithms]\ndefault_properties = fips=yes\n";

// FIPS mode without a FIPS module: nothing is left, and each is named.
TEST(LibcryptoUnderPolicy, NamesEveryAlgorithmItRefuses) {
  const std::string report = ReportUnder(std::string(kHead) +
                                         "[providers]\ndefault = default_sect\n"
                                         "[default_sect]\nactivate = 1\n");
  for (const ChapAlgorithmRow& row : kChapAlgorithms) {
    EXPECT_NE(report.find(std::string(row.name) + ": libcrypto refuses " +
                          std::string(row.name) + ": unsupported"),
              std::string::npos)
        << report;
  }
}

// FIPS mode with a module that does SHA-1 and SHA-256, as our stand-in does:
// MD5 is refused by name, the others work.
TEST(LibcryptoUnderPolicy, OffersTheOthers) {
  const std::string report = ReportUnder(
      std::string(kHead) +
      "[providers]\ndefault = default_sect\nstand_in = stand_in_sect\n"
      "[default_sect]\nactivate = 1\n"
      "[stand_in_sect]\nactivate = 1\nmodule = " FIPS_STAND_IN "\n");
  EXPECT_NE(report.find("MD5: libcrypto refuses MD5: unsupported"),
            std::string::npos)
      << report;
  EXPECT_NE(report.find("SHA3-256: libcrypto refuses SHA3-256: unsupported"),
            std::string::npos);
  EXPECT_NE(report.find("SHA1: 0xa9993e364706816aba3e25717850c26c9cd0d89d"),
            std::string::npos);
  EXPECT_NE(report.find("SHA256: 0xba7816bf8f01cfea414140de5dae2223b00361a396"
                        "177a9cb410ff61f20015ad"),
            std::string::npos);
}

int Main(int argc, char** argv) {
  self = argv[0];
  if (argc == 2 && std::string_view(argv[1]) == "report") {
    Report();
    return EXIT_SUCCESS;
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}

}  // namespace
}  // namespace iscsid

int main(int argc, char** argv) { return iscsid::Main(argc, argv); }
