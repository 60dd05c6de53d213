// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/chap_offer.h"

#include <algorithm>

namespace iscsid {

Status ChapOffer::Prepare() {
  login_.crypto = &crypto_;
  if (!login_.chap) return {};
  if (Status checked = CheckChap(*login_.chap); !checked) return checked;
  for (const ChapAlgorithm algorithm : login_.chap->algorithms) {
    if (Status checked = crypto_.Check(algorithm); checked) {
      all_.push_back(algorithm);
    } else {
      if (!refused_.empty()) refused_ += "; ";
      refused_ += checked.error().what;
    }
  }
  if (all_.empty()) {
    return {Errc::kUnsupported,
            "chapDigest: no algorithm is left for CHAP: " + refused_};
  }
  Restore();
  return {};
}

bool ChapOffer::FallBack() {
  if (!login_.chap || login_.chap->algorithms.size() < 2) return false;
  const bool has_md5 = std::ranges::count(all_, ChapAlgorithm::kMd5) > 0;
  login_.chap->algorithms = {has_md5 ? ChapAlgorithm::kMd5 : all_.back()};
  return true;
}

void ChapOffer::Restore() {
  if (login_.chap) login_.chap->algorithms = all_;
}

}  // namespace iscsid
