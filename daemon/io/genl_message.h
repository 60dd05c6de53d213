// SPDX-License-Identifier: GPL-2.0-or-later
//
// Generic netlink messages as bytes: attributes written and read with libnl.
// No socket here.
#ifndef ISCSID_IO_GENL_MESSAGE_H_
#define ISCSID_IO_GENL_MESSAGE_H_

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace iscsid {

struct NlMessageDeleter {
  void operator()(nl_msg* message) const { nlmsg_free(message); }
};

// Writes one message: header first, then attributes in order. What does not
// fit makes it fail as a whole; header() is null then.
class GenlWriter {
 public:
  GenlWriter(uint16_t family, uint8_t command, uint8_t version);

  void U8(int type, uint8_t value) { Put(type, &value, sizeof(value)); }
  void U16(int type, uint16_t value) { Put(type, &value, sizeof(value)); }
  void U32(int type, uint32_t value) { Put(type, &value, sizeof(value)); }
  void S32(int type, int32_t value) { Put(type, &value, sizeof(value)); }
  void String(int type, const std::string& value);
  void Binary(int type, std::span<const std::byte> value);

  // Attributes written by fill() are inside the nest.
  template <typename Fill>
  void Nest(int type, Fill fill) {
    nlattr* nest =
        ok_ ? nla_nest_start(message_.get(), type | NLA_F_NESTED) : nullptr;
    if (nest == nullptr) {
      ok_ = false;
      return;
    }
    fill();
    nla_nest_end(message_.get(), nest);
  }

  // Null when something did not fit or memory ran out.
  [[nodiscard]] nlmsghdr* header() {
    return ok_ ? nlmsg_hdr(message_.get()) : nullptr;
  }

 private:
  void Put(int type, const void* value, size_t length);

  std::unique_ptr<nl_msg, NlMessageDeleter> message_;
  bool ok_;
};

// The attributes of one nest, by type. Reads what is in the message, so the
// message has to outlive it. Of repeated ones the last counts.
class GenlAttributes {
 public:
  GenlAttributes(const nlattr* head, int length, int max_type);
  explicit GenlAttributes(const nlattr* nest, int max_type)
      : GenlAttributes(static_cast<const nlattr*>(nla_data(nest)),
                       nla_len(nest), max_type) {}

  // Nothing when absent or not of that size.
  [[nodiscard]] std::optional<uint8_t> U8(int type) const;
  [[nodiscard]] std::optional<uint16_t> U16(int type) const;
  [[nodiscard]] std::optional<uint32_t> U32(int type) const;
  [[nodiscard]] std::optional<int32_t> S32(int type) const;
  [[nodiscard]] std::optional<uint64_t> U64(int type) const;
  // Empty when absent.
  [[nodiscard]] std::string String(int type) const;
  [[nodiscard]] std::span<const std::byte> Binary(int type) const;
  [[nodiscard]] const nlattr* Find(int type) const;

 private:
  std::vector<const nlattr*> by_type_;
};

// The attributes after the generic netlink header, in the order they came.
[[nodiscard]] std::vector<const nlattr*> TopLevel(const nlmsghdr* header);

// The generic netlink command; nothing for a message too short to have one.
[[nodiscard]] std::optional<uint8_t> GenlCommand(const nlmsghdr* header);

}  // namespace iscsid

#endif  // ISCSID_IO_GENL_MESSAGE_H_
