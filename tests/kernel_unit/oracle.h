// SPDX-License-Identifier: GPL-2.0-or-later
//
// Watches one command's transfer while a target, honest or not, sends what it
// likes: keeps its own count of what was granted and received, and says when
// the module's checks let something pass that they must not, or send what
// nobody asked for. Shared by the property tests and the fuzzer.
#ifndef TESTS_KERNEL_UNIT_ORACLE_H_
#define TESTS_KERNEL_UNIT_ORACLE_H_

#include <algorithm>
#include <deque>
#include <map>
#include <string>

#include "tests/kernel_unit/pdus.h"

// Bytes, each of them at most once.
class ByteSet {
 public:
  // False: one of them is there already.
  bool Add(uint64_t start, uint64_t length) {
    if (length == 0) return true;
    const auto next = ranges_.lower_bound(start);
    if (next != ranges_.end() && next->first < start + length) return false;
    if (next != ranges_.begin() && std::prev(next)->second > start)
      return false;
    ranges_[start] = start + length;
    return true;
  }

  // How many from the start on, without a hole.
  uint64_t Prefix() const {
    uint64_t end = 0;
    for (const auto& [start, stop] : ranges_) {
      if (start != end) break;
      end = stop;
    }
    return end;
  }

  bool HasHole() const {
    return !ranges_.empty() && Prefix() != ranges_.rbegin()->second;
  }

 private:
  std::map<uint64_t, uint64_t> ranges_;
};

class Oracle {
 public:
  Oracle(const isi_limits& limits, uint32_t edtl, bool read, bool write)
      : limits_(limits) {
    immediate_ = isi_xfer_start(&x_, edtl, read, write, &limits_);
    moved_.Add(0, immediate_);
    const uint32_t first =
        write ? std::min(edtl, limits.first_burst_length) : 0;
    asked_.Add(0, limits.initial_r2t ? immediate_ : first);
    if (!limits.initial_r2t && first > immediate_)
      grants_.push_back({ISCSI_TAG_NONE, immediate_, first - immediate_, 0});
  }

  const Xfer& xfer() const { return x_; }
  uint32_t immediate() const { return immediate_; }
  uint64_t accepted() const { return accepted_; }

  // Hands a header to its check, as the receive path does. What is wrong with
  // the answer, or nothing.
  std::string Receive(const iscsi_bhs& bhs) {
    if (isi_check_bhs(&bhs, &limits_) != ISI_FAIL_NONE) return "";
    if (isi_get_dlength(&bhs) > limits_.max_recv_dsl)
      return "longer than MaxRecvDataSegmentLength";
    const Xfer before = x_;
    isi_fail fail = ISI_FAIL_NONE;
    std::string wrong;
    switch (isi_opcode(&bhs)) {
      case ISCSI_OPCODE_DATA_IN:
        fail = isi_check_data_in(&x_, As<iscsi_bhs_data_in>(bhs), &limits_);
        if (fail == ISI_FAIL_NONE)
          wrong = AcceptedDataIn(*As<iscsi_bhs_data_in>(bhs));
        break;
      case ISCSI_OPCODE_R2T:
        fail = isi_check_r2t(&x_, As<iscsi_bhs_r2t>(bhs), &limits_);
        if (fail == ISI_FAIL_NONE) wrong = AcceptedR2t(*As<iscsi_bhs_r2t>(bhs));
        break;
      case ISCSI_OPCODE_SCSI_RESPONSE:
        return CheckResponse(*As<iscsi_bhs_scsi_response>(bhs));
      default:
        return "";
    }
    if (fail == ISI_FAIL_NONE) ++accepted_;
    if (fail != ISI_FAIL_NONE && !SameState(x_, before))
      return "a refused PDU left its mark";
    return wrong;
  }

  struct Sent {
    uint32_t offset = 0;
    uint32_t length = 0;
  };

  // Sends the next Data-Out; nothing is owed when `sent` stays empty.
  std::string Send(Sent* sent) {
    *sent = {};
    if ((isi_xfer_r2t(&x_) != nullptr) != !grants_.empty())
      return "R2Ts owed and R2Ts granted differ";
    if (grants_.empty()) return "";
    static constexpr uint8_t kLun[8] = {};
    iscsi_bhs_data_out bhs;
    const uint32_t length = isi_build_data_out(&bhs, &x_, 1, kLun, 2, &limits_);
    isi_xfer_sent(&x_, length);
    *sent = {be32toh(bhs.offset), length};
    return SentDataOut(bhs, length);
  }

 private:
  struct Grant {
    uint32_t ttt;
    uint32_t offset;
    uint32_t left;
    uint32_t datasn;
  };

  template <typename T>
  static const T* As(const iscsi_bhs& bhs) {
    return reinterpret_cast<const T*>(&bhs);
  }

  bool Inside(uint32_t offset, uint32_t length) const {
    return uint64_t{offset} + length <= x_.edtl;
  }

  std::string AcceptedDataIn(const iscsi_bhs_data_in& bhs) {
    const uint32_t length =
        isi_get_dlength(reinterpret_cast<const iscsi_bhs*>(&bhs));
    if (!x_.read) return "Data-In for a command that does not read";
    if (!Inside(be32toh(bhs.offset), length)) return "outside the buffer";
    if (be32toh(bhs.datasn) != datasn_++) return "DataSN out of order";
    if ((bhs.flags & ISCSI_DATA_IN_STATUS) && !(bhs.flags & ISCSI_BHS_FINAL))
      return "S without F";
    if (!Expected(be32toh(bhs.offset))) return "data out of order";
    if (!moved_.Add(be32toh(bhs.offset), length)) return "a byte came twice";
    in_sequence_ = !(bhs.flags & ISCSI_BHS_FINAL);
    next_in_ = be32toh(bhs.offset) + length;
    return "";
  }

  // RFC 7143 §13.18, §13.19
  bool Expected(uint32_t offset) const {
    if (limits_.data_pdu_in_order && in_sequence_) return offset == next_in_;
    if (!limits_.data_sequence_in_order || in_sequence_) return true;
    return !moved_.HasHole() &&
           (!limits_.data_pdu_in_order || offset == moved_.Prefix());
  }

  std::string AcceptedR2t(const iscsi_bhs_r2t& bhs) {
    const uint32_t length = be32toh(bhs.desired_length);
    if (!x_.write) return "R2T for a command that does not write";
    if (!Inside(be32toh(bhs.offset), length)) return "outside the buffer";
    if (!length || length > limits_.max_burst_length) return "R2T's length";
    if (be32toh(bhs.r2tsn) != r2tsn_++) return "R2TSN out of order";
    if (bhs.ttt == htobe32(ISCSI_TAG_NONE)) return "reserved TTT";
    const auto solicited = static_cast<size_t>(std::count_if(
        grants_.begin(), grants_.end(),
        [](const Grant& grant) { return grant.ttt != ISCSI_TAG_NONE; }));
    if (solicited >= limits_.max_outstanding_r2t) return "too many R2Ts";
    if (limits_.data_sequence_in_order &&
        be32toh(bhs.offset) != asked_.Prefix())
      return "R2T out of order";
    if (!asked_.Add(be32toh(bhs.offset), length)) return "asked for twice";
    grants_.push_back({be32toh(bhs.ttt), be32toh(bhs.offset), length, 0});
    return "";
  }

  std::string SentDataOut(const iscsi_bhs_data_out& bhs, uint32_t length) {
    Grant& grant = grants_.front();
    if (be32toh(bhs.ttt) != grant.ttt) return "answers another R2T";
    if (be32toh(bhs.offset) != grant.offset) return "not the bytes asked for";
    if (be32toh(bhs.datasn) != grant.datasn) return "DataSN";
    if (!length || length > grant.left) return "more than was asked for";
    if (length > limits_.max_xmit_dsl) return "more than the target takes";
    if (!Inside(grant.offset, length)) return "from outside the buffer";
    if (!moved_.Add(grant.offset, length)) return "sent twice";
    grant.offset += length;
    grant.left -= length;
    grant.datasn++;
    if (((bhs.flags & ISCSI_BHS_FINAL) != 0) != (grant.left == 0)) return "F";
    if (!grant.left) grants_.pop_front();
    return "";
  }

  std::string CheckResponse(const iscsi_bhs_scsi_response& bhs) {
    const Xfer before = x_;
    isi_status status = {};
    const isi_fail fail = isi_check_response(&x_, &bhs, &status);
    if (!SameState(x_, before)) return "a response changed the transfer";
    if (fail != ISI_FAIL_NONE) return "";
    if (status.residual > x_.edtl) return "residual beyond the buffer";
    if (status.residual < x_.edtl - moved_.Prefix())
      return "bytes that never moved count as transferred";
    return "";
  }

  isi_limits limits_;
  Xfer x_;
  uint32_t immediate_ = 0;
  std::deque<Grant> grants_;
  uint32_t datasn_ = 0;
  uint32_t r2tsn_ = 0;
  ByteSet moved_;
  ByteSet asked_;  // of a write, or sent unasked
  bool in_sequence_ = false;
  uint32_t next_in_ = 0;
  uint64_t accepted_ = 0;
};

#endif  // TESTS_KERNEL_UNIT_ORACLE_H_
