// Percentiles of many durations in fixed memory, as `capture info` tells them.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace understudy::capture {

/// 32 buckets for each doubling: a percentile is at most 3 % too high, never too low.
class LatencyHistogram {
 public:
  void add(std::uint64_t nanoseconds) noexcept {
    ++buckets_[bucket_of(nanoseconds)];
    ++count_;
    if (nanoseconds > max_) max_ = nanoseconds;
  }

  std::uint64_t count() const noexcept { return count_; }
  std::uint64_t max() const noexcept { return max_; }

  /// The least duration that `share` (0 to 1) of all do not exceed; 0 when there are none.
  std::uint64_t percentile(double share) const noexcept {
    const auto wanted = static_cast<double>(count_) * share;
    std::uint64_t seen = 0;
    for (std::size_t at = 0; at < buckets_.size(); ++at) {
      seen += buckets_[at];
      if (seen != 0 && static_cast<double>(seen) >= wanted) return top_of(at) < max_ ? top_of(at) : max_;
    }
    return max_;
  }

 private:
  static constexpr unsigned kSubBits = 5;
  static constexpr std::size_t kSub = std::size_t{1} << kSubBits;

  static std::size_t bucket_of(std::uint64_t value) noexcept {
    if (value < kSub) return static_cast<std::size_t>(value);
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - kSubBits - 1;
    return (shift + 1) * kSub + static_cast<std::size_t>((value >> shift) - kSub);
  }

  static std::uint64_t top_of(std::size_t at) noexcept {
    if (at < kSub) return at;
    const auto shift = at / kSub - 1;
    return ((at % kSub + kSub + 1) << shift) - 1;
  }

  std::array<std::uint64_t, (64 - kSubBits + 1) * kSub> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace understudy::capture
