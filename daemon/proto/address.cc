// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/proto/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "daemon/proto/name.h"

namespace iscsid {
namespace {

constexpr size_t kMaxHostBytes = 255;  // a DNS name
constexpr size_t kMaxZoneBytes = 15;   // an interface name

Error BadAddress(std::string_view text, std::string_view why) {
  return {Errc::kInvalidArgument,
          "address \"" + Printable(text) + "\": " + std::string(why) +
              "; expected host[:port][,tpgt] or [v6-address][:port][,tpgt]"};
}

std::optional<uint16_t> ParseUint16(std::string_view digits) {
  uint16_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

bool IsHostByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

// A DNS name or a dotted IPv4 address; which of them is the resolver's matter.
bool IsHostName(std::string_view host) {
  return !host.empty() && host.size() <= kMaxHostBytes && host.front() != '-' &&
         std::all_of(host.begin(), host.end(), IsHostByte);
}

bool IsZone(std::string_view zone) {
  return !zone.empty() && zone.size() <= kMaxZoneBytes &&
         std::all_of(zone.begin(), zone.end(), IsHostByte);
}

bool IsIpv6WithZone(std::string_view host) {
  const size_t percent = host.find('%');
  if (percent != std::string_view::npos && !IsZone(host.substr(percent + 1)))
    return false;
  const std::string address(host.substr(0, percent));
  // inet_pton ends at a NUL, and we do not.
  if (address.find('\0') != std::string::npos) return false;
  in6_addr ignored;
  return inet_pton(AF_INET6, address.c_str(), &ignored) == 1;
}

}  // namespace

Result<Portal> ParsePortal(std::string_view text) {
  Portal portal;
  std::string_view rest = text;

  const size_t comma = rest.rfind(',');
  if (comma != std::string_view::npos) {
    portal.tpgt = ParseUint16(rest.substr(comma + 1));
    if (!portal.tpgt) return BadAddress(text, "bad portal group tag");
    rest = rest.substr(0, comma);
  }

  const bool bracketed = rest.starts_with('[');
  const size_t host_end = bracketed ? rest.find(']') : rest.find(':');
  if (bracketed && host_end == std::string_view::npos)
    return BadAddress(text, "'[' without ']'");
  portal.host = rest.substr(bracketed ? 1 : 0, host_end - (bracketed ? 1 : 0));
  rest = host_end == std::string_view::npos
             ? std::string_view()
             : rest.substr(host_end + (bracketed ? 1 : 0));

  if (rest.find(':', 1) != std::string_view::npos)
    return BadAddress(text, "an IPv6 address needs brackets around it");
  // C-064
  if (!(bracketed ? IsIpv6WithZone(portal.host) : IsHostName(portal.host)))
    return BadAddress(text, "not a host");
  if (!rest.empty()) {
    const std::optional<uint16_t> port =
        rest.front() == ':' ? ParseUint16(rest.substr(1)) : std::nullopt;
    if (!port || *port == 0) return BadAddress(text, "bad port");
    portal.port = *port;
  }
  return portal;
}

std::string ToString(const Portal& portal) {
  std::string text = portal.IsIpv6() ? '[' + portal.host + ']' : portal.host;
  text += ':' + std::to_string(portal.port);
  if (portal.tpgt) text += ',' + std::to_string(*portal.tpgt);
  return text;
}

}  // namespace iscsid
