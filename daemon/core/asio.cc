// SPDX-License-Identifier: GPL-2.0-or-later
//
// The part of asio that is not templates (ASIO_SEPARATE_COMPILATION).
#include <asio/impl/src.hpp>
