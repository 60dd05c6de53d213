// SPDX-License-Identifier: GPL-2.0-or-later
//
// What one login attempt offers in CHAP_A (RFC 7143 §12.1.3): of the algorithms
// that are configured, those that the crypto library does; and, to a target
// that chokes on a list, a single one.
#ifndef ISCSID_CORE_CHAP_OFFER_H_
#define ISCSID_CORE_CHAP_OFFER_H_

#include <string>
#include <vector>

#include "daemon/proto/login.h"

namespace iscsid {

class ChapOffer {
 public:
  // Writes to login.chap and login.crypto. Both outlive it.
  ChapOffer(LoginConfig& login, ChapCrypto& crypto)
      : login_(login), crypto_(crypto) {}

  // Before the first connection. Fails when the secrets must not be used, or
  // no algorithm is left (C-052, C-053).
  Status Prepare();

  // The target refused the list. True: try again, with the one algorithm that
  // every target has to know, or the last on the list.
  bool FallBack();

  // The attempt goes to another target address: all are offered again.
  void Restore();

  // What may explain that a target wants none of what is offered; or empty.
  [[nodiscard]] const std::string& refused() const { return refused_; }

 private:
  LoginConfig& login_;
  ChapCrypto& crypto_;
  std::vector<ChapAlgorithm> all_;  // that libcrypto does
  std::string refused_;             // by libcrypto, and why
};

}  // namespace iscsid

#endif  // ISCSID_CORE_CHAP_OFFER_H_
