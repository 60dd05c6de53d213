// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/failure.h"

#include <cerrno>

#include "daemon/proto/keys.h"
#include "daemon/proto/login_status.h"

namespace iscsid {
namespace {

// RFC 7143 §11.13.5, Status-Class and two of its Status-Details.
constexpr uint8_t kInitiatorError = 2;
constexpr uint8_t kForbidden = 2;
constexpr uint8_t kNoTarget = 3;

LoginAction ActionFor(Errc code) {
  return code == Errc::kNegotiation || code == Errc::kAuthentication
             ? LoginAction::kGiveUp
             : LoginAction::kRetry;
}

// proto/ says "Key: why" when one key is what it stumbled over.
ctl::Reply Disagreement(const Error& error) {
  const size_t colon = error.what.find(": ");
  const std::string key = error.what.substr(0, colon);
  if (colon == std::string::npos || FindKey(key) == nullptr)
    return ctl::NegotiationFailed("the login", {}, {}, error.what);
  return ctl::NegotiationFailed(key, {}, {}, error.what.substr(colon + 2));
}

}  // namespace

std::string Failure::Message() const {
  return reply.parameters.value("message", reply.error);
}

Failure FromTransport(const TransportError& error, const Portal& portal,
                      ctl::Step step) {
  switch (error.failure) {
    case TransportFailure::kHostNotFound:
      return {ctl::HostNotFound(portal.host, error.what)};
    case TransportFailure::kRefused:
      return {ctl::ConnectionRefused(portal)};
    case TransportFailure::kUnreachable:
      return {ctl::TargetUnreachable(portal, error.error_number)};
    case TransportFailure::kTimeout:
      return {ctl::TimedOut(step, {})};
    case TransportFailure::kReset:
    case TransportFailure::kClosed:
      return {ctl::ConnectionLost(portal, error.what)};
    case TransportFailure::kCancelled:
      return {
          ctl::Busy("the daemon is stopping, or the session is logged out")};
  }
  return {ctl::ConnectionLost(portal, error.what)};
}

Failure FromKernel(const KernelError& error) {
  if (error.error_number == ENODEV) return {ctl::ModuleNotLoaded()};
  return {ctl::KernelError(error.operation, error.error_number, error.detail)};
}

Failure FromLogin(const LoginFailure& failure, const std::string& target,
                  const Portal& portal) {
  if (failure.status_class == 0 &&
      failure.error.code == Errc::kAuthentication) {
    return {ctl::AuthenticationRequired(
                target.empty() ? std::nullopt : std::optional(target), portal,
                failure.error.what),
            failure.action};
  }
  if (failure.status_class == 0) {
    Failure other = FromProtocol(failure.error, portal);
    other.action = failure.action;
    return other;
  }
  if (failure.error.code == Errc::kAuthentication)
    return {ctl::AuthenticationRequired(target, portal), failure.action};
  const bool ours = failure.status_class == kInitiatorError;
  if (ours && failure.status_detail == kNoTarget)
    return {ctl::TargetNotFound(target, portal), failure.action, true};
  return {ctl::LoginRefused(
              target, failure.status_class, failure.status_detail,
              DescribeLoginStatus(failure.status_class, failure.status_detail)),
          failure.action, ours && failure.status_detail == kForbidden};
}

Failure FromProtocol(const Error& error, const Portal& portal) {
  const LoginAction action = ActionFor(error.code);
  if (error.code == Errc::kNegotiation) return {Disagreement(error), action};
  if (error.code == Errc::kAuthentication)
    return {ctl::AuthenticationRequired({}, portal), action};
  return {ctl::ProtocolError(portal, error.what), action};
}

}  // namespace iscsid
