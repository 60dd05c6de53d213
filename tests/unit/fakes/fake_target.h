// SPDX-License-Identifier: GPL-2.0-or-later
//
// A target for FakeTransport: logs everybody in, unless a test wants it to
// misbehave, and answers SendTargets.
#ifndef ISCSID_TESTS_UNIT_FAKES_FAKE_TARGET_H_
#define ISCSID_TESTS_UNIT_FAKES_FAKE_TARGET_H_

#include <endian.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/proto/text.h"
#include "tests/unit/fakes/fake_transport.h"

namespace iscsid {

class FakeTarget {
 public:
  explicit FakeTarget(FakeTransport& transport) {
    transport.on_pdu = [this](FakeStream& stream, const Pdu& pdu) {
      OnPdu(stream, pdu);
    };
  }

  // Takes a PDU instead of the target when it returns true.
  std::function<bool(FakeStream&, const Pdu&)> hook;
  // Status of the next Login Responses: class << 8 | detail.
  uint16_t status = 0;
  std::string redirect;      // TargetAddress, with status 0x01xx
  bool status_once = false;  // only of the next one
  TextPairs keys;            // what the operational stage's answer says
  TextPairs targets;         // what SendTargets answers
  Bytes after_login;         // sent right behind the final response

  struct Seen {
    iscsi_bhs_login_request header;
    TextPairs text;
  };
  std::vector<Seen> logins;  // the first request of each
  unsigned texts = 0;
  std::string send_targets;  // what was asked for last
  unsigned logouts = 0;

  void OnPdu(FakeStream& stream, const Pdu& pdu) {
    if (hook && hook(stream, pdu)) return;
    switch (pdu.opcode()) {
      case ISCSI_OPCODE_LOGIN_REQUEST:
        return OnLogin(stream, pdu);
      case ISCSI_OPCODE_TEXT_REQUEST:
        return OnText(stream, pdu);
      case ISCSI_OPCODE_LOGOUT_REQUEST:
        return OnLogout(stream, pdu);
      default:
        return;
    }
  }

  void OnLogin(FakeStream& stream, const Pdu& pdu) {
    const auto request = pdu.As<iscsi_bhs_login_request>();
    const Result<TextPairs> text = ParseText(pdu.data);
    const bool first = (request.flags >> 2 & 3) == ISCSI_STAGE_SECURITY;
    if (first) logins.push_back({request, text ? *text : TextPairs{}});

    iscsi_bhs_login_response response{};
    response.opcode = ISCSI_OPCODE_LOGIN_RESPONSE;
    response.flags = request.flags;
    std::copy(request.isid, request.isid + 6, response.isid);
    response.itt = request.itt;
    response.statsn = htobe32(first ? 100 : 101);
    response.exp_cmdsn = request.cmdsn;
    response.max_cmdsn = htobe32(be32toh(request.cmdsn) + 31);
    response.status_class = static_cast<uint8_t>(status >> 8);
    response.status_detail = static_cast<uint8_t>(status);
    if (!first) response.tsih = htobe16(++tsih_);

    Pdu answer;
    answer.Set(response);
    TextPairs pairs;
    if (first) {
      pairs = {{"TargetPortalGroupTag", "1"}, {"AuthMethod", "None"}};
    } else if (logins.empty() ||  // the test has taken the first PDU
               std::ranges::count(logins.back().text,
                                  TextPair{"SessionType", "Discovery"}) == 0) {
      pairs = keys;
    }
    if (status != 0) pairs.clear();
    if (!redirect.empty()) pairs = {{"TargetAddress", redirect}};
    if (std::exchange(status_once, false)) {
      status = 0;
      redirect.clear();
    }
    answer.data = FormatText(pairs);
    stream.Push(Encode(answer));
    if (!first) stream.Push(after_login);
  }

  void OnText(FakeStream& stream, const Pdu& pdu) {
    ++texts;
    const auto request = pdu.As<iscsi_bhs_text_request>();
    iscsi_bhs_text_response response{};
    response.opcode = ISCSI_OPCODE_TEXT_RESPONSE;
    response.itt = request.itt;
    response.statsn = request.exp_statsn;
    response.exp_cmdsn = htobe32(be32toh(request.cmdsn) + 1);
    response.max_cmdsn = htobe32(be32toh(request.cmdsn) + 31);
    if (be32toh(request.ttt) == ISCSI_TAG_NONE) {
      const Result<TextPairs> text = ParseText(pdu.data);
      send_targets = text && !text->empty() ? text->front().value : "";
      const auto pages = SplitText(FormatText(targets), ISCSI_LOGIN_MRDSL);
      pages_.assign(pages.begin(), pages.end());
    }
    Pdu answer;
    answer.data = std::move(pages_.front());
    pages_.pop_front();
    const bool more = !pages_.empty();
    response.flags = more ? ISCSI_TEXT_CONTINUE : ISCSI_BHS_FINAL;
    response.ttt = htobe32(more ? 7 : ISCSI_TAG_NONE);
    answer.Set(response);
    stream.Push(Encode(answer));
  }

  void OnLogout(FakeStream& stream, const Pdu& pdu) {
    ++logouts;
    const auto request = pdu.As<iscsi_bhs_logout_request>();
    iscsi_bhs_logout_response response{};
    response.opcode = ISCSI_OPCODE_LOGOUT_RESPONSE;
    response.flags = ISCSI_BHS_FINAL;
    response.itt = request.itt;
    response.statsn = request.exp_statsn;
    response.exp_cmdsn = request.cmdsn;
    response.max_cmdsn = htobe32(be32toh(request.cmdsn) + 31);
    Pdu answer;
    answer.Set(response);
    stream.Push(Encode(answer));
  }

 private:
  uint16_t tsih_ = 0;
  std::deque<Bytes> pages_;  // of a SendTargets answer, still to be sent
};

}  // namespace iscsid

#endif  // ISCSID_TESTS_UNIT_FAKES_FAKE_TARGET_H_
