// Latencies in fixed memory: the bucket layout of HdrHistogram (Gil Tene), exact counts, bounded value error.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace understudy::replay {

/// Microseconds from 1 to 60 s; what lies outside is counted at the end it lies beyond. Memory is allocated
/// with the first value: 139 KB at three digits, 20 KB at two, 3 KB at one. Mergeable when the digits are the
/// same.
class Histogram {
 public:
  /// `digits`: 1 to 3 significant decimal digits; the value error is at most 10^-digits.
  explicit Histogram(unsigned digits = 3);

  void record(std::chrono::nanoseconds value);
  void merge(const Histogram& other);

  std::uint64_t count() const noexcept { return count_; }
  std::chrono::nanoseconds max() const noexcept { return std::chrono::microseconds(max_us_); }
  /// The smallest recorded value that at least `quantile` (0 to 1) of all values do not exceed, up to the
  /// value error; never above max(). 0 when empty.
  std::chrono::nanoseconds quantile(double quantile) const noexcept;
  /// How many values lie above `bound`, to the resolution of the bucket that it falls into.
  std::uint64_t count_above(std::chrono::nanoseconds bound) const noexcept;

 private:
  std::size_t index_of(std::uint64_t us) const noexcept;
  std::uint64_t highest_of(std::size_t index) const noexcept;

  unsigned bits_;  ///< of a full sub-bucket index
  std::uint64_t count_ = 0;
  std::uint64_t max_us_ = 0;
  std::vector<std::uint64_t> counts_;
};

}  // namespace understudy::replay
