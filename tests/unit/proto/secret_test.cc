// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/proto/secret.h"

#include <gtest/gtest.h>

#include <concepts>
#include <cstdlib>
#include <new>
#include <ostream>
#include <string_view>

namespace {

// The memory that is being watched, and what was in it when it was freed.
const void* watched = nullptr;
size_t watched_bytes = 0;
bool freed = false;
bool wiped = false;

void Inspect(const void* memory) {
  if (memory == nullptr || memory != watched) return;
  const auto* bytes = static_cast<const unsigned char*>(memory);
  freed = true;
  wiped = true;
  for (size_t i = 0; i < watched_bytes; ++i) wiped = wiped && bytes[i] == 0;
  watched = nullptr;
}

}  // namespace

void* operator new(size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept {
  Inspect(memory);
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept {
  Inspect(memory);
  std::free(memory);
}

namespace iscsid {
namespace {

Secret Make() {
  constexpr std::string_view kText = "0123456789abcdef";
  return Secret(std::as_bytes(std::span(kText)));
}

void Watch(const Secret& secret) {
  watched = secret.bytes().data();
  watched_bytes = secret.size();
  freed = wiped = false;
}

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};
template <typename T>
concept Comparable = requires(const T& a, const T& b) {
  a == b;
};

// C-055
TEST(Secret, C055_CannotBePrintedOrComparedByAccident) {
  static_assert(!Printable<Secret>);
  static_assert(!Comparable<Secret>);
  static_assert(!std::convertible_to<Secret, std::string>);
  static_assert(Printable<int> && Comparable<int>);
}

// C-055
TEST(Secret, C055_IsWipedWhenItGoes) {
  {
    const Secret secret = Make();
    Watch(secret);
  }
  EXPECT_TRUE(freed);
  EXPECT_TRUE(wiped);
}

// C-055
TEST(Secret, C055_IsWipedWhenItIsReplaced) {
  Secret secret = Make();
  Watch(secret);
  secret = Secret();
  EXPECT_TRUE(freed);
  EXPECT_TRUE(wiped);
}

// C-055: moving leaves no copy behind.
TEST(Secret, C055_MovesItsMemory) {
  Secret secret = Make();
  const std::byte* bytes = secret.bytes().data();
  const Secret moved = std::move(secret);
  EXPECT_EQ(moved.bytes().data(), bytes);
}

TEST(ScopedWipe, C055_WipesText) {
  std::string text = "chapSecret = 0123456789abcdef";
  { const ScopedWipe wipe(text); }
  EXPECT_EQ(text, std::string(text.size(), '\0'));
}

}  // namespace
}  // namespace iscsid
