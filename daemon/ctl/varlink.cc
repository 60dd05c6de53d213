// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/ctl/varlink.h"

#include <utility>

namespace iscsid::ctl {
namespace {

// Counted before parsing, so that a peer cannot make the parser build (and the
// destructor unwind) a tower of brackets.
bool TooDeep(std::string_view text) {
  size_t depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kMaxDepth) return true;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

Error Malformed(std::string what) {
  return {Errc::kProtocol, "Varlink message: " + std::move(what)};
}

Result<Json> ParseObject(std::string_view message) {
  if (TooDeep(message)) return Malformed("nested too deep");
  Json json = Json::parse(message, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return Malformed("not JSON");
  if (!json.is_object()) return Malformed("not an object");
  return json;
}

// Takes members out of an object; what is left at the end is not ours.
class Members {
 public:
  explicit Members(Json object) : object_(std::move(object)) {}

  void Take(const char* name, std::string& value) {
    TakeIf(name, value, &Json::is_string);
  }
  void Take(const char* name, bool& value) {
    TakeIf(name, value, &Json::is_boolean);
  }
  void Take(const char* name, Json& value) {
    TakeIf(name, value, &Json::is_object);
  }

  Result<void> Finish() const {
    if (!bad_.empty()) return Malformed("\"" + bad_ + "\" has a wrong type");
    if (!object_.empty()) return Malformed("a member that is not Varlink's");
    return {};
  }

 private:
  template <class T>
  void TakeIf(const char* name, T& value, bool (Json::*fits)() const) {
    const auto found = object_.find(name);
    if (found == object_.end()) return;
    if (((*found).*fits)()) {
      value = found->template get<T>();
    } else if (!found->is_null()) {
      bad_ = name;
    }
    object_.erase(found);
  }

  Json object_;
  std::string bad_;
};

std::string Encode(const Json& json) {
  std::string text = json.dump(-1, ' ', /*ensure_ascii=*/false,
                               Json::error_handler_t::replace);
  text.push_back('\0');
  return text;
}

}  // namespace

Result<void> Framer::Feed(std::span<const std::byte> bytes) {
  if (bytes.size() > max_bytes_ - buffer_.size()) {
    return Error{Errc::kLimit, "Varlink message: longer than " +
                                   std::to_string(max_bytes_) + " bytes"};
  }
  buffer_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return {};
}

std::optional<std::string> Framer::Next() {
  const size_t end = buffer_.find('\0', scanned_);
  if (end == std::string::npos) {
    scanned_ = buffer_.size();
    return std::nullopt;
  }
  std::string message = buffer_.substr(0, end);
  buffer_.erase(0, end + 1);
  scanned_ = 0;
  return message;
}

Result<Call> DecodeCall(std::string_view message) {
  Result<Json> json = ParseObject(message);
  if (!json) return json.error();
  Members members(*std::move(json));
  Call call;
  members.Take("method", call.method);
  members.Take("parameters", call.parameters);
  members.Take("oneway", call.oneway);
  members.Take("more", call.more);
  members.Take("upgrade", call.upgrade);
  if (Result<void> finished = members.Finish(); !finished) {
    return finished.error();
  }
  if (call.method.empty()) return Malformed("no method");
  return call;
}

Result<Reply> DecodeReply(std::string_view message) {
  Result<Json> json = ParseObject(message);
  if (!json) return json.error();
  Members members(*std::move(json));
  Reply reply;
  members.Take("parameters", reply.parameters);
  members.Take("continues", reply.continues);
  members.Take("error", reply.error);
  if (Result<void> finished = members.Finish(); !finished) {
    return finished.error();
  }
  return reply;
}

std::string EncodeCall(const Call& call) {
  Json json = {{"method", call.method}, {"parameters", call.parameters}};
  if (call.oneway) json["oneway"] = true;
  if (call.more) json["more"] = true;
  if (call.upgrade) json["upgrade"] = true;
  return Encode(json);
}

std::string EncodeReply(const Reply& reply) {
  Json json = {{"parameters", reply.parameters}};
  if (reply.continues) json["continues"] = true;
  if (!reply.error.empty()) json["error"] = reply.error;
  return Encode(json);
}

}  // namespace iscsid::ctl
