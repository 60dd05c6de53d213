// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/ctl/service.h"

#include <array>
#include <utility>

namespace iscsid::ctl {
namespace {

constexpr std::string_view kService = "org.varlink.service";

// https://varlink.org/Service, without the error ExpectedMore, which needs a
// method that streams.
constexpr std::string_view kServiceDescription =
    R"(# What every Varlink service can tell about itself.
interface org.varlink.service

method GetInfo() -> (
  vendor: string,
  product: string,
  version: string,
  url: string,
  interfaces: []string
)

method GetInterfaceDescription(interface: string) -> (description: string)

error InterfaceNotFound (interface: string)

error MethodNotFound (method: string)

error MethodNotImplemented (method: string)

error InvalidParameter (parameter: string)
)";

Reply ServiceError(const char* name, const char* member,
                   std::string_view value) {
  return {.parameters = {{member, value}},
          .error = std::string(kService) + "." + name};
}

Reply GetInfo(std::string_view version) {
  return {.parameters = {{"vendor", "iSCSI initiator for Linux"},
                         {"product", "iscsid"},
                         {"version", version},
                         {"url", "https://www.rfc-editor.org/rfc/rfc7143"},
                         {"interfaces", Json::array({kService, kInterface})}},
          .error = {}};
}

Reply GetInterfaceDescription(const Json& parameters) {
  const auto found = parameters.find("interface");
  if (found == parameters.end() || !found->is_string()) {
    return ServiceError("InvalidParameter", "parameter", "interface");
  }
  const auto interface = found->get<std::string>();
  if (interface == kInterface) {
    return {.parameters = {{"description", kInterfaceDescription}},
            .error = {}};
  }
  if (interface == kService) {
    return {.parameters = {{"description", kServiceDescription}}, .error = {}};
  }
  return ServiceError("InterfaceNotFound", "interface", interface);
}

using Decoder = std::variant<AnyCall, Reply> (*)(const Json& parameters);

template <class T>
std::variant<AnyCall, Reply> Decode(const Json& parameters) {
  Result<T> decoded = FromJson<T>(parameters, Unknown::kRefuse);
  if (decoded) return AnyCall(*std::move(decoded));
  return ServiceError("InvalidParameter", "parameter", decoded.error().what);
}

struct Method {
  std::string_view name;
  Decoder decode;
};

// One row for each alternative of AnyCall.
template <class... T>
constexpr auto MethodsOf(const std::variant<T...>*) {
  return std::array{Method{T::kMethod, Decode<T>}...};
}
constexpr auto kMethods = MethodsOf(static_cast<AnyCall*>(nullptr));

}  // namespace

std::variant<AnyCall, Reply> Dispatch(const Call& call,
                                      std::string_view version) {
  const size_t dot = call.method.rfind('.');
  const std::string_view method(call.method);
  const std::string_view interface =
      method.substr(0, dot == std::string::npos ? 0 : dot);
  const std::string_view name = method.substr(dot + 1);

  if (interface != kService && interface != kInterface) {
    return ServiceError("InterfaceNotFound", "interface", interface);
  }
  if (call.upgrade) {
    return ServiceError("MethodNotImplemented", "method", method);
  }
  if (interface == kService) {
    if (name == "GetInfo") return GetInfo(version);
    if (name == "GetInterfaceDescription") {
      return GetInterfaceDescription(call.parameters);
    }
  } else {
    for (const Method& known : kMethods) {
      if (known.name == name) return known.decode(call.parameters);
    }
  }
  return ServiceError("MethodNotFound", "method", method);
}

}  // namespace iscsid::ctl
