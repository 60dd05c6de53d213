// SPDX-License-Identifier: GPL-2.0-or-later
//
// Why the module says a connection failed (enum isi_fail), for people and for
// the connection's state machine. Pure.
#ifndef ISCSID_CORE_CONN_FAILURE_H_
#define ISCSID_CORE_CONN_FAILURE_H_

#include <string>

#include "daemon/fsm/conn_fsm.h"
#include "include/uapi/linux/iscsi_initiator.h"

namespace iscsid {

// "the target closed the connection"; error_number is 0 or negative.
[[nodiscard]] std::string DescribeConnFailure(isi_fail reason,
                                              int error_number);

// The cause in RFC 7143 §8.1.2's terms.
[[nodiscard]] ConnEvent EventOfConnFailure(isi_fail reason, int error_number);

}  // namespace iscsid

#endif  // ISCSID_CORE_CONN_FAILURE_H_
