// SPDX-License-Identifier: GPL-2.0-or-later
//
// What is negotiated, as typed values under the RFC's key names in snake_case
// (RFC 7143 §13): what we want (Offers), and what holds for a session and for
// one of its connections. Lengths in bytes, times in seconds.
#ifndef ISCSID_PROTO_PARAMS_H_
#define ISCSID_PROTO_PARAMS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/result.h"

namespace iscsid {

enum class SessionType : uint8_t { kNormal, kDiscovery };
enum class Digest : uint8_t { kNone, kCrc32c };

// "None" / "CRC32C", as in keys and config.
[[nodiscard]] std::string_view ToString(Digest digest);

// What the initiator wants. CheckOffers says whether it can be offered.
struct Offers {
  std::vector<std::string> auth_method{"None"};  // in order of preference
  std::vector<Digest> header_digest{Digest::kNone};
  std::vector<Digest> data_digest{Digest::kNone};
  uint32_t max_connections = 1;
  bool initial_r2t = false;
  bool immediate_data = true;
  uint32_t max_recv_data_segment_length = 262144;
  uint32_t max_burst_length = 1048576;
  uint32_t first_burst_length = 262144;
  uint32_t default_time2wait = 2;
  uint32_t default_time2retain = 20;
  uint32_t max_outstanding_r2t = 16;
  bool data_pdu_in_order = true;
  bool data_sequence_in_order = true;
  uint32_t error_recovery_level = 0;
};

// Every value within its key's range, lists not empty, FirstBurstLength not
// above MaxBurstLength (C-033). The error names the key.
[[nodiscard]] Status CheckOffers(const Offers& offers);

// What holds for the session. Initialised to the RFC's defaults.
struct SessionParams {
  uint32_t max_connections = 1;
  bool initial_r2t = true;
  bool immediate_data = true;
  uint32_t max_burst_length = 262144;
  uint32_t first_burst_length = 65536;
  uint32_t default_time2wait = 2;
  uint32_t default_time2retain = 20;
  uint32_t max_outstanding_r2t = 1;
  bool data_pdu_in_order = true;
  bool data_sequence_in_order = true;
  uint32_t error_recovery_level = 0;
  uint32_t iscsi_protocol_level = 1;
  std::string task_reporting = "RFC3720";

  friend bool operator==(const SessionParams&, const SessionParams&) = default;
};

// What holds for one connection.
struct ConnectionParams {
  std::string auth_method = "None";
  Digest header_digest = Digest::kNone;
  Digest data_digest = Digest::kNone;
  // Ours: the longest data segment the target may send.
  uint32_t max_recv_data_segment_length = 8192;
  // The target's: the longest data segment we may send.
  uint32_t max_xmit_data_segment_length = 8192;

  friend bool operator==(const ConnectionParams&,
                         const ConnectionParams&) = default;
};

}  // namespace iscsid

#endif  // ISCSID_PROTO_PARAMS_H_
