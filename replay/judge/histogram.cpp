#include "replay/judge/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace understudy::replay {
namespace {

constexpr std::uint64_t kMaxUs = 60'000'000;

/// Sub-buckets hold 2 x 10^digits values or more, so that a value's lower half still has that many.
unsigned bits_for(unsigned digits) noexcept { return digits >= 3 ? 11 : digits == 2 ? 8 : 5; }

}  // namespace

Histogram::Histogram(unsigned digits) : bits_(bits_for(digits)) {}

std::size_t Histogram::index_of(std::uint64_t us) const noexcept {
  const auto width = static_cast<unsigned>(std::bit_width(us));
  const unsigned shift = width > bits_ ? width - bits_ : 0;
  return (static_cast<std::size_t>(shift) << (bits_ - 1)) + (us >> shift);
}

std::uint64_t Histogram::highest_of(std::size_t index) const noexcept {
  const std::size_t half = std::size_t{1} << (bits_ - 1);
  const unsigned shift = index < 2 * half ? 0 : static_cast<unsigned>(index / half) - 1;
  const std::uint64_t sub = index - static_cast<std::size_t>(shift) * half;
  return ((sub + 1) << shift) - 1;
}

void Histogram::record(std::chrono::nanoseconds value) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(value).count();
  const auto bounded = std::clamp<std::uint64_t>(us < 0 ? 0 : static_cast<std::uint64_t>(us), 1, kMaxUs);
  if (counts_.empty()) counts_.resize(index_of(kMaxUs) + 1);
  ++counts_[index_of(bounded)];
  ++count_;
  max_us_ = std::max(max_us_, bounded);
}

void Histogram::merge(const Histogram& other) {
  if (other.count_ == 0) return;
  if (counts_.empty()) counts_.resize(other.counts_.size());
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  max_us_ = std::max(max_us_, other.max_us_);
}

std::chrono::nanoseconds Histogram::quantile(double quantile) const noexcept {
  if (count_ == 0) return {};
  const auto wanted = std::ceil(std::clamp(quantile, 0.0, 1.0) * static_cast<double>(count_));
  const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(wanted));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen >= rank) return std::chrono::microseconds(std::min(highest_of(i), max_us_));
  }
  return max();
}

std::uint64_t Histogram::count_above(std::chrono::nanoseconds bound) const noexcept {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(bound).count();
  if (counts_.empty() || us >= static_cast<std::int64_t>(kMaxUs)) return 0;
  std::uint64_t above = 0;
  for (auto i = index_of(static_cast<std::uint64_t>(std::max<std::int64_t>(us, 0))) + 1; i < counts_.size();
       ++i)
    above += counts_[i];
  return above;
}

}  // namespace understudy::replay
