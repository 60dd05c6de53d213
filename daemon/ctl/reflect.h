// SPDX-License-Identifier: GPL-2.0-or-later
//
// Between JSON and the structs that list their members in Fields(): strings,
// bool, integers in the range of their C++ type, enums by their EnumNames(),
// vectors, maps with string keys, structs. An optional member that holds
// nothing is left out; null and absent mean the same (varlink.org/Interface-
// Definition: "?"). Templates only, because the members' types differ.
#ifndef ISCSID_CTL_REFLECT_H_
#define ISCSID_CTL_REFLECT_H_

#include <concepts>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/proto/address.h"
#include "daemon/result.h"

namespace iscsid::ctl {

using Json = nlohmann::json;

// What to do with members that are not in Fields(): the daemon refuses them (a
// misspelled "force" must not be overlooked), the client of a newer daemon
// ignores them.
enum class Unknown { kRefuse, kIgnore };

namespace reflect {

template <class T>
concept Record = requires(T& value) {
  T::Fields(value, [](const char*, auto&) {});
};

template <class T>
concept NamedEnum = requires(T value) {
  EnumNames(value);
};

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;

template <class T>
inline constexpr bool kIsMap = false;
template <class T>
inline constexpr bool kIsMap<std::map<std::string, T>> = true;

// daemon/proto's Portal on the wire, where the port may be left out.
struct WirePortal {
  std::string host;
  std::optional<uint16_t> port;
  std::optional<uint16_t> tpgt;

  static void Fields(auto& self, auto&& visit) {
    visit("host", self.host);
    visit("port", self.port);
    visit("tpgt", self.tpgt);
  }
};

}  // namespace reflect

template <class T>
Json ToJson(const T& value) {
  if constexpr (std::same_as<T, Portal>) {
    return ToJson(reflect::WirePortal{value.host, value.port, value.tpgt});
  } else if constexpr (reflect::Record<const T>) {
    Json json = Json::object();
    T::Fields(value, [&json](const char* name, const auto& member) {
      Json written = ToJson(member);
      if (!written.is_null()) json[name] = std::move(written);
    });
    return json;
  } else if constexpr (reflect::kIsOptional<T>) {
    return value ? ToJson(*value) : Json();
  } else if constexpr (reflect::kIsVector<T>) {
    Json json = Json::array();
    for (const auto& element : value) json.push_back(ToJson(element));
    return json;
  } else if constexpr (reflect::kIsMap<T>) {
    Json json = Json::object();
    for (const auto& [name, element] : value) json[name] = ToJson(element);
    return json;
  } else if constexpr (reflect::NamedEnum<T>) {
    return EnumNames(value).at(static_cast<size_t>(value));
  } else {
    return value;
  }
}

namespace reflect {

// Reads one value; on the first that does not fit, bad() is the path to it.
class Reader {
 public:
  explicit Reader(Unknown unknown) : unknown_(unknown) {}

  const std::string& bad() const { return bad_; }

  template <class T>
  bool Read(const Json& json, T& value) {
    if constexpr (std::same_as<T, Portal>) {
      return ReadPortal(json, value);
    } else if constexpr (Record<T>) {
      return ReadRecord(json, value);
    } else if constexpr (kIsOptional<T>) {
      if (json.is_null()) return true;
      return Read(json, value.emplace());
    } else if constexpr (kIsVector<T>) {
      return ReadVector(json, value);
    } else if constexpr (kIsMap<T>) {
      return ReadMap(json, value);
    } else if constexpr (NamedEnum<T>) {
      return ReadEnum(json, value);
    } else if constexpr (std::same_as<T, bool>) {
      if (json.is_boolean()) value = json.get<bool>();
      return json.is_boolean();
    } else if constexpr (std::integral<T>) {
      return ReadInteger(json, value);
    } else {
      if (json.is_string()) value = json.get<std::string>();
      return json.is_string();
    }
  }

 private:
  template <class T>
  bool ReadMember(const std::string& name, const Json& json, T& value) {
    if (Read(json, value)) return true;
    bad_ = bad_.empty() ? name : name + "." + bad_;
    return false;
  }

  template <class T>
  bool ReadRecord(const Json& json, T& value) {
    if (!json.is_object()) return false;
    bool fits = true;
    std::set<std::string> known;
    T::Fields(value, [&](const char* name, auto& member) {
      known.insert(name);
      const auto found = json.find(name);
      static const Json kAbsent;
      fits = fits &&
             ReadMember(name, found == json.end() ? kAbsent : *found, member);
    });
    if (!fits || unknown_ == Unknown::kIgnore) return fits;
    for (const auto& item : json.items()) {
      if (known.contains(item.key())) continue;
      bad_ = item.key();
      return false;
    }
    return true;
  }

  bool ReadPortal(const Json& json, Portal& portal) {
    WirePortal wire;
    if (!ReadRecord(json, wire)) return false;
    portal.host = wire.host;
    if (wire.port) portal.port = *wire.port;
    portal.tpgt = wire.tpgt;
    // What could not be written down is no portal.
    const Result<Portal> written = ParsePortal(ToString(portal));
    if (portal.port == 0) {
      bad_ = "port";
    } else if (!written || *written != portal) {
      bad_ = "host";
    }
    return bad_.empty();
  }

  template <class T>
  bool ReadVector(const Json& json, std::vector<T>& values) {
    if (!json.is_array()) return false;
    for (size_t i = 0; i < json.size(); ++i) {
      if (!ReadMember(std::to_string(i), json[i], values.emplace_back())) {
        return false;
      }
    }
    return true;
  }

  template <class T>
  bool ReadMap(const Json& json, std::map<std::string, T>& values) {
    if (!json.is_object()) return false;
    for (const auto& item : json.items()) {
      if (!ReadMember(item.key(), item.value(), values[item.key()])) {
        return false;
      }
    }
    return true;
  }

  template <NamedEnum T>
  bool ReadEnum(const Json& json, T& value) {
    if (!json.is_string()) return false;
    const auto names = EnumNames(T{});
    for (size_t i = 0; i < names.size(); ++i) {
      if (json.get_ref<const std::string&>() != names[i]) continue;
      value = static_cast<T>(i);
      return true;
    }
    return false;
  }

  template <std::integral T>
  bool ReadInteger(const Json& json, T& value) {
    if (json.is_number_unsigned()) {
      const auto number = json.get<uint64_t>();
      if (!std::in_range<T>(number)) return false;
      value = static_cast<T>(number);
      return true;
    }
    if (!json.is_number_integer()) return false;
    const auto number = json.get<int64_t>();
    if (!std::in_range<T>(number)) return false;
    value = static_cast<T>(number);
    return true;
  }

  Unknown unknown_;
  std::string bad_;
};

}  // namespace reflect

// The error's text is the path of the member that is missing, unknown or of
// another type: "selector.session".
template <class T>
Result<T> FromJson(const Json& json, Unknown unknown) {
  T value{};
  reflect::Reader reader(unknown);
  if (reader.Read(json, value)) return value;
  return Error{Errc::kInvalidArgument, reader.bad()};
}

}  // namespace iscsid::ctl

#endif  // ISCSID_CTL_REFLECT_H_
