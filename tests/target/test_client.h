// SPDX-License-Identifier: GPL-2.0-or-later
//
// A blocking initiator for the target's own tests: sends what it is told and
// shows what comes.
#ifndef TARGET_TEST_CLIENT_H_
#define TARGET_TEST_CLIENT_H_

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <string>

#include "tests/target/codec.h"
#include "tests/target/text.h"

namespace target {

class Client {
 public:
  explicit Client(uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(
        connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)),
        0);
  }
  Client(const Client&) = delete;
  ~Client() { close(fd_); }

  void SendBytes(const Bytes& bytes) {
    EXPECT_EQ(send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  void Send(const Pdu& pdu) { SendBytes(Encode(pdu, digests_)); }

  // What recv gave at a time; empty at the end, when `reset` tells which.
  Bytes Receive() {
    Bytes bytes(1 << 16);
    const ssize_t count = recv(fd_, bytes.data(), bytes.size(), 0);
    reset = count < 0;
    bytes.resize(count < 0 ? 0 : static_cast<size_t>(count));
    return bytes;
  }

  // Nothing at the end of the stream.
  std::optional<Decoded> Read() {
    decoder_.set_digests(digests_);
    while (true) {
      if (auto decoded = decoder_.Next()) return decoded;
      const Bytes bytes = Receive();
      if (bytes.empty()) return std::nullopt;
      decoder_.Feed(bytes);
    }
  }

  Pdu LoginRequest(const KeyList& keys, uint8_t csg = 1, uint8_t nsg = 3) {
    Pdu pdu;
    pdu.Set(field::kOpcode, opcode::kLogin)
        .Set(field::kImmediate)
        .Set(field::kTransit)
        .Set(field::kCsg, csg)
        .Set(field::kNsg, nsg)
        .Set(field::kIsid, 0x800000000001)
        .Set(field::kItt, 7)
        .Set(field::kCmdSn, cmdsn);
    pdu.data = EncodeKeys(keys);
    return pdu;
  }

  static KeyList Identity() {
    return {{"InitiatorName", "iqn.2026-01.com.example:client"},
            {"TargetName", "iqn.2026-01.com.example:disk"},
            {"SessionType", "Normal"}};
  }

  // Straight to the full feature phase; the response.
  Pdu LogIn(const KeyList& keys = {}) {
    KeyList all = Identity();
    all.insert(all.end(), keys.begin(), keys.end());
    Send(LoginRequest(all));
    const auto response = Read();
    if (!response) return {};
    const KeyList answers = ParseKeys(response->pdu.data);
    const auto agreed = [&](const char* name) {
      const std::string* value = FindKey(answers, name);
      return value && *value == "CRC32C";
    };
    digests_ = {agreed("HeaderDigest"), agreed("DataDigest")};
    return response->pdu;
  }

  Pdu Command(uint32_t itt, const Bytes& cdb, uint32_t edtl, bool write) {
    Pdu pdu;
    pdu.Set(field::kOpcode, opcode::kScsiCommand)
        .Set(field::kFinal)
        .Set(write ? field::kWrite : field::kRead, edtl > 0)
        .Set(field::kItt, itt)
        .Set(field::kEdtl, edtl)
        .Set(field::kCmdSn, cmdsn++)
        .Set(field::kExpStatSn, 2);
    std::copy(cdb.begin(), cdb.end(), pdu.bhs.begin() + 32);
    return pdu;
  }

  uint32_t cmdsn = 100;
  bool reset = false;

 private:
  int fd_;
  Digests digests_;
  Decoder decoder_;
};

}  // namespace target

#endif  // TARGET_TEST_CLIENT_H_
