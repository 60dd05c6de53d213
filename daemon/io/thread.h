// SPDX-License-Identifier: GPL-2.0-or-later
//
// Threads beside the loop's, for what may wait without end.
#ifndef ISCSID_IO_THREAD_H_
#define ISCSID_IO_THREAD_H_

#include <pthread.h>

#include "daemon/result.h"

namespace iscsid {

// With a small stack, as all of it is locked into memory. Whoever starts it
// joins or detaches it.
Result<pthread_t> StartThread(void* (*entry)(void*), void* argument);

}  // namespace iscsid

#endif  // ISCSID_IO_THREAD_H_
