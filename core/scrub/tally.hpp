// What was redacted, counted per detector. Never a value.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace understudy::scrub {

/// The closed list behind Hit::detector.
enum class Detector : std::uint8_t { credential_header, cookie, credential_field, email, card };

inline constexpr std::size_t kDetectorCount = 5;

constexpr std::string_view name_of(Detector detector) noexcept {
  constexpr std::array<std::string_view, kDetectorCount> kNames = {"credential_header", "cookie",
                                                                   "credential_field", "email", "card"};
  return kNames[static_cast<std::size_t>(detector)];
}

class Tally {
 public:
  void add(Detector detector) noexcept { ++counts_[static_cast<std::size_t>(detector)]; }
  std::uint32_t of(Detector detector) const noexcept { return counts_[static_cast<std::size_t>(detector)]; }
  std::uint32_t total() const noexcept {
    std::uint32_t sum = 0;
    for (const auto count : counts_) sum += count;
    return sum;
  }

 private:
  std::array<std::uint32_t, kDetectorCount> counts_{};
};

}  // namespace understudy::scrub
