// SPDX-License-Identifier: GPL-2.0-or-later
//
// A whole login phase against a target that says anything. The input: an octet
// that chooses what we demand, then responses: an octet of flags, an octet of
// what is odd about the header, a piece of text.
#include <endian.h>

#include "daemon/proto/login.h"
#include "tests/fuzz/fuzz.h"

namespace iscsid {
namespace {

constexpr uint8_t kChap = 1;
constexpr uint8_t kMutual = 2;
constexpr uint8_t kOrNone = 4;
constexpr uint8_t kLaterConnection = 8;
constexpr uint8_t kDiscovery = 16;
constexpr uint8_t kDigests = 32;

Secret SecretOf(std::string_view text) {
  return Secret(std::as_bytes(std::span(text)));
}

LoginConfig ConfigFor(uint8_t choice, ChapCrypto& crypto) {
  LoginConfig config;
  config.initiator_name = "iqn.2005-01.com.example:host";
  config.isid = RandomIsid(0x123456, 1);
  if ((choice & kDiscovery) != 0) {
    config.session_type = SessionType::kDiscovery;
  } else {
    config.target_name = "iqn.2005-01.com.example:disk";
  }
  if ((choice & kLaterConnection) != 0) config.tsih = 0x1234;
  if ((choice & kDigests) != 0)
    config.offers.header_digest = {Digest::kCrc32c, Digest::kNone};
  if ((choice & kChap) == 0) return config;
  config.offers.auth_method = {"CHAP"};
  if ((choice & kOrNone) != 0) config.offers.auth_method.push_back("None");
  ChapConfig chap;
  chap.name = "me";
  chap.secret = SecretOf("sixteen-bytes-16");
  chap.algorithms = {ChapAlgorithm::kSha256, ChapAlgorithm::kMd5};
  chap.mutual = (choice & kMutual) != 0;
  chap.target_name = "it";
  chap.target_secret = SecretOf("another-sixteen!");
  config.chap = chap;
  config.crypto = &crypto;
  return config;
}

Pdu ResponseFrom(Input& input, const LoginConfig& config, uint32_t statsn) {
  const uint8_t flags = input.Octet();
  const uint8_t odd = input.Octet();
  iscsi_bhs_login_response header{};
  header.opcode = ISCSI_OPCODE_LOGIN_RESPONSE;
  header.flags = flags;
  std::copy(config.isid.bytes.begin(), config.isid.bytes.end(), header.isid);
  header.tsih = htobe16(0x1234);
  header.statsn = htobe32(statsn);
  switch (odd) {
    case 1:
      header.opcode = input.Octet();
      break;
    case 2:
      header.status_class = input.Octet();
      header.status_detail = input.Octet();
      break;
    case 3:
      header.tsih = htobe16(input.Octet());
      break;
    case 4:
      header.statsn = htobe32(input.Octet());
      break;
    case 5:
      header.version_active = input.Octet();
      break;
    case 6:
      header.itt = htobe32(input.Octet());
      break;
    default:
      break;
  }
  Pdu pdu;
  pdu.Set(header);
  const auto text = input.Piece();
  pdu.data.assign(text.begin(), text.end());
  return pdu;
}

void CheckResult(const LoginResult& result, uint8_t choice) {
  const bool chap_only = (choice & kChap) != 0 && (choice & kOrNone) == 0;
  const std::string& method = result.connection.auth_method;
  Require(!chap_only || method == "CHAP", "no downgrade");
  Require((choice & kMutual) == 0 || method != "CHAP",
          "nobody gets in without a proof");
  Require((choice & kChap) != 0 || method == "None", "nothing unasked");
  Require(result.tsih != 0, "TSIH is not 0");
  Require((choice & kDigests) != 0 ||
              result.connection.header_digest == Digest::kNone,
          "no digest that was not offered");
  Require(result.connection.max_xmit_data_segment_length >= 512,
          "MaxRecvDataSegmentLength has a lower bound");
  if (!result.session) return;
  const SessionParams& session = *result.session;
  const Offers offers;
  Require(session.first_burst_length <= session.max_burst_length,
          "FirstBurstLength <= MaxBurstLength");
  Require(session.max_burst_length <= offers.max_burst_length,
          "MaxBurstLength was offered");
  Require(session.max_outstanding_r2t <= offers.max_outstanding_r2t,
          "MaxOutstandingR2T was offered");
  Require(session.error_recovery_level == 0, "ErrorRecoveryLevel was offered");
  Require(session.data_pdu_in_order && session.data_sequence_in_order,
          "Yes cannot be taken back");
}

void Fuzz(Input input) {
  const uint8_t choice = input.Octet();
  HopelessCrypto crypto;
  const LoginConfig config = ConfigFor(choice, crypto);
  Login login(config);
  (void)login.Start();
  for (uint32_t statsn = 1; !input.empty(); ++statsn) {
    const LoginEvent event = login.OnPdu(ResponseFrom(input, config, statsn));
    if (const auto* send = std::get_if<LoginSend>(&event)) {
      Require(send->bytes.size() >= 48 && send->bytes.size() <= 48 + 8192,
              "a request fits what a target takes");
      continue;
    }
    if (const auto* result = std::get_if<LoginResult>(&event))
      CheckResult(*result, choice);
    return;
  }
}

}  // namespace
}  // namespace iscsid

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  iscsid::Fuzz(iscsid::Input(data, size));
  return 0;
}
