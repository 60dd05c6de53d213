// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/io/genl_message.h"

#include <cstring>

namespace iscsid {
namespace {

// Room for the largest: PDU_SEND with 8 KiB of data.
constexpr size_t kMessageBytes = 16384;

template <typename T>
std::optional<T> ReadAs(const nlattr* attribute) {
  if (attribute == nullptr ||
      static_cast<size_t>(nla_len(attribute)) != sizeof(T))
    return std::nullopt;
  T value;
  std::memcpy(&value, nla_data(attribute), sizeof(value));
  return value;
}

const genlmsghdr* GenlHeader(const nlmsghdr* header) {
  if (header->nlmsg_len < NLMSG_LENGTH(GENL_HDRLEN)) return nullptr;
  return static_cast<const genlmsghdr*>(nlmsg_data(header));
}

}  // namespace

GenlWriter::GenlWriter(uint16_t family, uint8_t command, uint8_t version)
    : message_(nlmsg_alloc_size(kMessageBytes)), ok_(message_ != nullptr) {
  if (!ok_) return;
  const genlmsghdr genl{command, version, 0};
  ok_ = nlmsg_put(message_.get(), NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, 0) !=
            nullptr &&
        nlmsg_append(message_.get(), const_cast<genlmsghdr*>(&genl),
                     sizeof(genl), NLMSG_ALIGNTO) == 0;
}

void GenlWriter::Put(int type, const void* value, size_t length) {
  ok_ = ok_ &&
        nla_put(message_.get(), type, static_cast<int>(length), value) == 0;
}

void GenlWriter::String(int type, const std::string& value) {
  Put(type, value.c_str(), value.size() + 1);
}

void GenlWriter::Binary(int type, std::span<const std::byte> value) {
  Put(type, value.data(), value.size());
}

GenlAttributes::GenlAttributes(const nlattr* head, int length, int max_type)
    : by_type_(static_cast<size_t>(max_type) + 1) {
  int left = length;
  for (const nlattr* attribute = head; nla_ok(attribute, left);
       attribute = nla_next(attribute, &left)) {
    const int type = nla_type(attribute);
    if (type <= max_type) by_type_[static_cast<size_t>(type)] = attribute;
  }
}

const nlattr* GenlAttributes::Find(int type) const {
  return by_type_[static_cast<size_t>(type)];
}

std::optional<uint8_t> GenlAttributes::U8(int type) const {
  return ReadAs<uint8_t>(Find(type));
}
std::optional<uint16_t> GenlAttributes::U16(int type) const {
  return ReadAs<uint16_t>(Find(type));
}
std::optional<uint32_t> GenlAttributes::U32(int type) const {
  return ReadAs<uint32_t>(Find(type));
}
std::optional<int32_t> GenlAttributes::S32(int type) const {
  return ReadAs<int32_t>(Find(type));
}
std::optional<uint64_t> GenlAttributes::U64(int type) const {
  return ReadAs<uint64_t>(Find(type));
}

std::string GenlAttributes::String(int type) const {
  const std::span<const std::byte> bytes = Binary(type);
  const auto* text = reinterpret_cast<const char*>(bytes.data());
  return bytes.empty() ? std::string()
                       : std::string(text, strnlen(text, bytes.size()));
}

std::span<const std::byte> GenlAttributes::Binary(int type) const {
  const nlattr* attribute = Find(type);
  if (attribute == nullptr) return {};
  return {static_cast<const std::byte*>(nla_data(attribute)),
          static_cast<size_t>(nla_len(attribute))};
}

std::vector<const nlattr*> TopLevel(const nlmsghdr* header) {
  std::vector<const nlattr*> attributes;
  const genlmsghdr* genl = GenlHeader(header);
  if (genl == nullptr) return attributes;
  int left = static_cast<int>(header->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN));
  const auto* attribute = reinterpret_cast<const nlattr*>(
      reinterpret_cast<const char*>(genl) + GENL_HDRLEN);
  for (; nla_ok(attribute, left); attribute = nla_next(attribute, &left))
    attributes.push_back(attribute);
  return attributes;
}

std::optional<uint8_t> GenlCommand(const nlmsghdr* header) {
  const genlmsghdr* genl = GenlHeader(header);
  if (genl == nullptr) return std::nullopt;
  return genl->cmd;
}

}  // namespace iscsid
