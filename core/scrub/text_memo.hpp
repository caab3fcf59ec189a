// Remembers what short texts meant that come with every message: field names, media types.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace understudy::scrub {

/// Direct-mapped: a text that shares its slot with another is worked out again, nothing ever grows. Belongs
/// to one thread. Texts over kBytesMax are never remembered.
template <class Value>
class TextMemo {
 public:
  static constexpr std::size_t kSlots = 256;
  static constexpr std::size_t kBytesMax = 46;

  /// What `work_out(text)` says, which must depend on the text alone.
  template <class WorkOut>
  Value of(std::string_view text, WorkOut&& work_out) {
    if (text.empty() || text.size() > kBytesMax) return work_out(text);
    auto& slot = slots_[slot_of(text)];
    if (slot.size == text.size() && std::memcmp(slot.bytes.data(), text.data(), text.size()) == 0)
      return slot.value;
    const Value value = work_out(text);
    slot.value = value;
    slot.size = static_cast<std::uint8_t>(text.size());
    std::memcpy(slot.bytes.data(), text.data(), text.size());
    return value;
  }

 private:
  struct Slot {
    std::array<char, kBytesMax> bytes{};
    std::uint8_t size = 0;  ///< 0: unused
    Value value{};
  };

  static std::size_t slot_of(std::string_view text) noexcept {
    std::uint32_t head = 0;
    std::uint32_t tail = 0;
    const auto part = text.size() < sizeof head ? text.size() : sizeof head;
    for (std::size_t i = 0; i < part; ++i) {
      head = head << 8 | static_cast<unsigned char>(text[i]);
      tail = tail << 8 | static_cast<unsigned char>(text[text.size() - 1 - i]);
    }
    const auto mixed = (head ^ static_cast<std::uint32_t>(text.size())) * 0x9e3779b1u ^ tail * 0x85ebca6bu;
    return (mixed >> 24 ^ mixed >> 12) % kSlots;
  }

  std::array<Slot, kSlots> slots_{};
};

}  // namespace understudy::scrub
