// SPDX-License-Identifier: GPL-2.0-or-later
//
// A target that says what the test tells it to, so that a login reads as a
// script of expect and send:
//
//   LoginScript script(NormalLogin());
//   script.Start();
//   script.Send({.stage = 0, .next = 1, .text = {"AuthMethod=None"}});
//   EXPECT_EQ(script.said("MaxConnections"), "1");
#ifndef TESTS_UNIT_PROTO_LOGIN_SCRIPT_H_
#define TESTS_UNIT_PROTO_LOGIN_SCRIPT_H_

#include <endian.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "daemon/proto/login.h"

namespace iscsid {

// One Login Response. What is not set is what a decent target would say.
struct Response {
  unsigned stage = 1;  // CSG
  unsigned next = 3;   // NSG
  bool transit = true;
  bool more = false;  // C
  std::vector<std::string> text = {};
  uint16_t tsih = 0x1234;
  unsigned status = 0;  // class and detail
  uint8_t opcode = ISCSI_OPCODE_LOGIN_RESPONSE;
  uint8_t version_active = 0;
  uint32_t itt_change = 0;     // added to the ITT that was asked with
  uint8_t isid_change = 0;     // added to the first byte of the ISID
  uint32_t statsn_change = 0;  // added to the StatSN that is due
};

inline LoginConfig NormalLogin() {
  LoginConfig config;
  config.initiator_name = "iqn.2005-01.com.example:host";
  config.target_name = "iqn.2005-01.com.example:disk";
  config.isid = RandomIsid(0x123456, 1);
  config.cid = 7;
  config.cmdsn = 100;
  return config;
}

class LoginScript {
 public:
  explicit LoginScript(LoginConfig config = NormalLogin(),
                       uint32_t first_statsn = 500)
      : login_(std::move(config)), statsn_(first_statsn) {}

  void Start() { Hear(login_.Start()); }

  // The target's next move. Returns what it led to.
  const LoginEvent& Send(const Response& response) {
    event_ = login_.OnPdu(Build(response));
    if (const auto* send = std::get_if<LoginSend>(&event_)) Hear(send->bytes);
    return event_;
  }

  // Of the last request:
  const iscsi_bhs_login_request& request() const { return request_; }
  bool transit() const { return (request_.flags & ISCSI_LOGIN_TRANSIT) != 0; }
  bool more() const { return (request_.flags & ISCSI_LOGIN_CONTINUE) != 0; }
  unsigned stage() const { return request_.flags >> 2 & 3; }
  unsigned next() const { return request_.flags & 3; }
  const std::string& text() const { return text_; }
  size_t requests() const { return requests_; }

  // The value of a key in the last request; "(silent)" when it is not there.
  std::string said(const std::string& key) const {
    const std::string text = '\0' + text_;
    const size_t at = text.find('\0' + key + '=');
    if (at == std::string::npos) return "(silent)";
    const size_t value = at + key.size() + 2;
    return text.substr(value, text.find('\0', value) - value);
  }

  const LoginEvent& event() const { return event_; }
  bool going_on() const { return std::holds_alternative<LoginSend>(event_); }
  const LoginResult* result() const {
    return std::get_if<LoginResult>(&event_);
  }
  const LoginFailure* failure() const {
    return std::get_if<LoginFailure>(&event_);
  }
  std::string complaint() const {
    return failure() == nullptr ? "(none)" : failure()->error.what;
  }

 private:
  void Hear(const Bytes& bytes) {
    PduReader reader;
    std::span<const std::byte> rest(bytes);
    Result<std::optional<Pdu>> fed = reader.Feed(rest);
    ASSERT_TRUE(fed && *fed);
    ASSERT_TRUE(rest.empty()) << "more than one PDU at a time";
    request_ = (*fed)->As<iscsi_bhs_login_request>();
    text_.assign(reinterpret_cast<const char*>((*fed)->data.data()),
                 (*fed)->data.size());
    ++requests_;
  }

  Pdu Build(const Response& response) {
    iscsi_bhs_login_response header{};
    header.opcode = response.opcode;
    header.flags = static_cast<uint8_t>((response.transit ? 0x80u : 0u) |
                                        (response.more ? 0x40u : 0u) |
                                        response.stage << 2 | response.next);
    header.version_active = response.version_active;
    std::copy(std::begin(request_.isid), std::end(request_.isid), header.isid);
    header.isid[0] =
        static_cast<uint8_t>(header.isid[0] + response.isid_change);
    header.tsih = htobe16(response.tsih);
    header.itt = htobe32(be32toh(request_.itt) + response.itt_change);
    header.statsn = htobe32(statsn_++ + response.statsn_change);
    header.exp_cmdsn = request_.cmdsn;
    header.max_cmdsn = htobe32(be32toh(request_.cmdsn) + 31);
    header.status_class = static_cast<uint8_t>(response.status >> 8);
    header.status_detail = static_cast<uint8_t>(response.status);
    Pdu pdu;
    pdu.Set(header);
    for (const std::string& pair : response.text) {
      const auto bytes = std::as_bytes(std::span(pair));
      pdu.data.insert(pdu.data.end(), bytes.begin(), bytes.end());
      // A pair that goes on in the next PDU is written with a '\' at its end.
      if (pair.ends_with('\\')) {
        pdu.data.pop_back();
      } else {
        pdu.data.push_back(std::byte{0});
      }
    }
    return pdu;
  }

  Login login_;
  uint32_t statsn_;
  iscsi_bhs_login_request request_{};
  std::string text_;
  size_t requests_ = 0;
  LoginEvent event_;
};

// The two responses of a target that agrees to everything.
inline Response SecurityDone() {
  return {.stage = 0,
          .next = 1,
          .text = {"AuthMethod=None", "TargetPortalGroupTag=1"}};
}

inline Response OperationalDone() {
  return {.text = {"MaxRecvDataSegmentLength=65536", "InitialR2T=Yes"}};
}

}  // namespace iscsid

#endif  // TESTS_UNIT_PROTO_LOGIN_SCRIPT_H_
