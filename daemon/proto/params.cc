// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/proto/params.h"

#include <utility>

#include "daemon/proto/keys.h"

namespace iscsid {

std::string_view ToString(Digest digest) {
  switch (digest) {
    case Digest::kNone:
      return "None";
    case Digest::kCrc32c:
      return "CRC32C";
  }
  return "";
}

Status CheckOffers(const Offers& offers) {
  const auto bad = [](Key key, std::string_view why) {
    return Error{Errc::kInvalidArgument,
                 std::string(NameOf(key)) + ": " + std::string(why)};
  };
  const std::pair<Key, uint32_t> numbers[] = {
      {Key::kMaxConnections, offers.max_connections},
      {Key::kMaxRecvDataSegmentLength, offers.max_recv_data_segment_length},
      {Key::kMaxBurstLength, offers.max_burst_length},
      {Key::kFirstBurstLength, offers.first_burst_length},
      {Key::kDefaultTime2Wait, offers.default_time2wait},
      {Key::kDefaultTime2Retain, offers.default_time2retain},
      {Key::kMaxOutstandingR2T, offers.max_outstanding_r2t},
      {Key::kErrorRecoveryLevel, offers.error_recovery_level},
  };
  for (const auto& [key, value] : numbers) {
    const KeyRow& row = RowOf(key);
    if (value < row.min || value > row.max) {
      return bad(key, std::to_string(value) + " is not from " +
                          std::to_string(row.min) + " to " +
                          std::to_string(row.max));
    }
  }
  for (const std::string& method : offers.auth_method) {
    if (method != "None" && method != "CHAP")
      return bad(Key::kAuthMethod, "only CHAP and None are known");
  }
  if (offers.header_digest.empty()) return bad(Key::kHeaderDigest, "no choice");
  if (offers.data_digest.empty()) return bad(Key::kDataDigest, "no choice");
  if (offers.first_burst_length > offers.max_burst_length)  // C-033
    return bad(Key::kFirstBurstLength, "must not exceed MaxBurstLength");
  // §13.19: a lost R2T could not be told from its successor.
  if (offers.error_recovery_level > 0 && offers.data_sequence_in_order &&
      offers.max_outstanding_r2t > 1) {
    return bad(Key::kMaxOutstandingR2T,
               "must be 1 with DataSequenceInOrder=Yes and an "
               "ErrorRecoveryLevel above 0");
  }
  return {};
}

}  // namespace iscsid
