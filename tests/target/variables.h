// SPDX-License-Identifier: GPL-2.0-or-later
//
// $name, ${name} and $function(a,b) in the values of scripts and proxy rules:
//
//   fields of the PDU received last          $itt $cmdsn $isid
//   its text keys                            $CHAP_C ${X-com.example.key}
//   what `let` set, and what the run knows   $mine $address $port $target
//   $chap(ALGORITHM,ID,SECRET,CHALLENGE)     the CHAP_R that is right
//   $random(N)  $repeat(TEXT,N)  $add(A,B)   N random bytes in hex; sum
#ifndef TARGET_VARIABLES_H_
#define TARGET_VARIABLES_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tests/target/pdu.h"
#include "tests/target/result.h"

namespace target {

// Copies share what is set, and each has a last PDU of its own.
class Variables {
 public:
  void Set(const std::string& name, std::string value) {
    (*values_)[name] = std::move(value);
  }
  // Where fields and keys come from from now on.
  void SetLast(const Pdu& pdu) { last_ = pdu; }

  Result<std::string> Expand(std::string_view text) const;

 private:
  Result<std::string> ExpandOne(std::string_view& text) const;
  Result<std::string> Value(const std::string& name) const;

  using Values = std::map<std::string, std::string>;

  std::shared_ptr<Values> values_ = std::make_shared<Values>();
  std::optional<Pdu> last_;
};

}  // namespace target

#endif  // TARGET_VARIABLES_H_
