// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/params_view.h"

#include <string>

#include "daemon/proto/keys.h"
#include "daemon/proto/text.h"

namespace iscsid {
namespace {

std::string KeyName(Key key) { return std::string(NameOf(key)); }

}  // namespace

ctl::Keys KeysOf(const SessionParams& params) {
  const auto boolean = [](bool value) {
    return std::string(FormatBoolean(value));
  };
  const auto number = [](uint32_t value) { return std::to_string(value); };
  return {
      {KeyName(Key::kMaxConnections), number(params.max_connections)},
      {KeyName(Key::kInitialR2T), boolean(params.initial_r2t)},
      {KeyName(Key::kImmediateData), boolean(params.immediate_data)},
      {KeyName(Key::kMaxBurstLength), number(params.max_burst_length)},
      {KeyName(Key::kFirstBurstLength), number(params.first_burst_length)},
      {KeyName(Key::kDefaultTime2Wait), number(params.default_time2wait)},
      {KeyName(Key::kDefaultTime2Retain), number(params.default_time2retain)},
      {KeyName(Key::kMaxOutstandingR2T), number(params.max_outstanding_r2t)},
      {KeyName(Key::kDataPDUInOrder), boolean(params.data_pdu_in_order)},
      {KeyName(Key::kDataSequenceInOrder),
       boolean(params.data_sequence_in_order)},
      {KeyName(Key::kErrorRecoveryLevel), number(params.error_recovery_level)},
  };
}

ctl::Keys KeysOf(const ConnectionParams& params) {
  return {
      {KeyName(Key::kHeaderDigest),
       std::string(ToString(params.header_digest))},
      {KeyName(Key::kDataDigest), std::string(ToString(params.data_digest))},
      {KeyName(Key::kMaxRecvDataSegmentLength),
       std::to_string(params.max_xmit_data_segment_length)},
  };
}

}  // namespace iscsid
