// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/codec.h"

#include <algorithm>
#include <array>

namespace target {
namespace {

constexpr uint32_t kReversedPolynomial = 0x82f63b78;

// kCrcTables[k][b]: byte b followed by k zero bytes.
constexpr auto kCrcTables = [] {
  std::array<std::array<uint32_t, 256>, 4> tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit)
      crc = crc >> 1 ^ (crc & 1 ? kReversedPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (size_t k = 1; k < tables.size(); ++k)
    for (size_t byte = 0; byte < 256; ++byte) {
      const uint32_t before = tables[k - 1][byte];
      tables[k][byte] = before >> 8 ^ tables[0][before & 0xff];
    }
  return tables;
}();

size_t Padded(size_t length) { return (length + 3) & ~size_t{3}; }

void Append(Bytes& to, ByteView bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

// Least significant byte first: the order in which CRC32C goes on the wire.
void AppendDigest(Bytes& wire, uint32_t crc) {
  for (int i = 0; i < 4; ++i, crc >>= 8)
    wire.push_back(static_cast<uint8_t>(crc));
}

bool DigestMatches(ByteView covered, ByteView digest) {
  Bytes expected;
  AppendDigest(expected, Crc32c(covered));
  return std::equal(expected.begin(), expected.end(), digest.begin());
}

}  // namespace

uint32_t Crc32c(ByteView bytes, uint32_t crc) {
  crc = ~crc;
  size_t i = 0;
  for (; i + 4 <= bytes.size(); i += 4) {
    crc ^= static_cast<uint32_t>(bytes[i] | bytes[i + 1] << 8 |
                                 bytes[i + 2] << 16) |
           static_cast<uint32_t>(bytes[i + 3]) << 24;
    crc = kCrcTables[3][crc & 0xff] ^ kCrcTables[2][crc >> 8 & 0xff] ^
          kCrcTables[1][crc >> 16 & 0xff] ^ kCrcTables[0][crc >> 24];
  }
  for (; i < bytes.size(); ++i)
    crc = crc >> 8 ^ kCrcTables[0][(crc ^ bytes[i]) & 0xff];
  return ~crc;
}

Bytes Encode(const Pdu& pdu, Digests digests, const Wrong& wrong) {
  Bytes wire(pdu.bhs.begin(), pdu.bhs.end());
  wire.reserve(pdu.data.size() + 64);
  wire[4] = wrong.ahs_length.value_or(static_cast<uint8_t>(pdu.ahs.size() / 4));
  PutBe(wire, 5, 3, wrong.length.value_or(pdu.data.size()));
  Append(wire, pdu.ahs);
  if (digests.header)
    AppendDigest(wire, Crc32c(wire) ^ (wrong.header_digest ? 1 : 0));
  if (pdu.data.empty()) return wire;

  const size_t begin = wire.size();
  Append(wire, pdu.data);
  wire.resize(begin + Padded(pdu.data.size()), wrong.padding);
  if (digests.data)
    AppendDigest(wire, Crc32c(ByteView(wire).subspan(begin)) ^
                           (wrong.data_digest ? 1 : 0));
  if (wrong.flip_bit) {
    const size_t bit = *wrong.flip_bit % (pdu.data.size() * 8);
    wire[begin + bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
  }
  return wire;
}

std::optional<Decoded> Decoder::Next() {
  const ByteView bytes = ByteView(buffer_).subspan(begin_);
  if (bytes.size() < kBhsLength) return std::nullopt;
  const size_t ahs = bytes[4] * size_t{4};
  const size_t length = GetBe(bytes, 5, 3);
  const size_t header = kBhsLength + ahs;
  const size_t data = header + (digests_.header ? 4 : 0);
  const size_t end = data + Padded(length);
  const size_t total = end + (digests_.data && length ? 4 : 0);
  if (bytes.size() < total) return std::nullopt;

  Decoded decoded;
  std::copy_n(bytes.begin(), kBhsLength, decoded.pdu.bhs.begin());
  decoded.pdu.ahs.assign(bytes.begin() + kBhsLength,
                         bytes.begin() + static_cast<ptrdiff_t>(header));
  const ByteView segment = bytes.subspan(data, length);
  const ByteView padding = bytes.subspan(data + length, end - data - length);
  decoded.pdu.data.assign(segment.begin(), segment.end());
  decoded.padding_ok = std::all_of(padding.begin(), padding.end(),
                                   [](uint8_t byte) { return byte == 0; });
  if (digests_.header)
    decoded.header_digest_ok =
        DigestMatches(bytes.first(header), bytes.subspan(header, 4));
  if (digests_.data && length)
    decoded.data_digest_ok =
        DigestMatches(bytes.subspan(data, end - data), bytes.subspan(end, 4));

  begin_ += total;
  if (begin_ == buffer_.size() || begin_ > (1 << 20)) {
    buffer_.erase(buffer_.begin(),
                  buffer_.begin() + static_cast<ptrdiff_t>(begin_));
    begin_ = 0;
  }
  return decoded;
}

}  // namespace target
