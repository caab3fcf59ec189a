// Remembers what recent keys meant: API documents repeat a few names thousands of times.
#pragma once

#include "core/scrub/key_names.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace understudy::scrub {

/// Keys are views into the document, which must outlive the cache.
class KeyCache {
 public:
  KeyKind classify(std::string_view key) noexcept {
    auto& slot = slots_[slot_of(key)];
    if (slot.key.size() == key.size() && slot.key.data() != nullptr &&
        std::memcmp(slot.key.data(), key.data(), key.size()) == 0)
      return slot.kind;
    slot = {key, classify_key(key)};
    return slot.kind;
  }

 private:
  struct Slot {
    std::string_view key;
    KeyKind kind = KeyKind::plain;
  };
  static constexpr std::size_t kSlots = 128;

  static std::size_t slot_of(std::string_view key) noexcept {
    if (key.size() < 4) return key.size() * 31 + (key.empty() ? 0 : static_cast<unsigned char>(key[0]) % 32);
    std::uint32_t head = 0;
    std::uint32_t tail = 0;
    std::memcpy(&head, key.data(), sizeof head);
    std::memcpy(&tail, key.data() + key.size() - sizeof tail, sizeof tail);
    const auto mixed = (head * 0x9e3779b1u) ^ (tail * 0x85ebca6bu) ^ static_cast<std::uint32_t>(key.size());
    return (mixed >> 16 ^ mixed) % kSlots;
  }

  std::array<Slot, kSlots> slots_{};
};

}  // namespace understudy::scrub
