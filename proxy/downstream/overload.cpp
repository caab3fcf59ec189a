#include "proxy/downstream/overload.hpp"

#include <algorithm>

namespace understudy::proxy {
namespace {

/// Fewer say nothing about a standing state.
constexpr unsigned kSamplesMin = 3;
constexpr double kShareMax = 0.95;
/// Of all requests, per adjustment and for each time that the wait is as long as the target.
constexpr double kShareStep = 0.02;
constexpr double kShareStepMax = 0.1;
/// Below half the target: slowly, or the share would swing between too much and too little.
constexpr double kEasing = 0.9;
/// A smaller share is none.
constexpr double kShareMin = 0.02;
/// Once something is shed, the share is looked at this much more often.
constexpr int kAdjustmentsPerInterval = 5;

}  // namespace

void OverloadControl::begin_interval(TimePoint now) noexcept {
  interval_begin_ = now;
  samples_ = 0;
}

void OverloadControl::observe(std::chrono::nanoseconds waited, TimePoint now,
                              const OverloadOptions& options) noexcept {
  if (samples_ == 0 || now - last_observed_ > options.interval * 2) begin_interval(now - waited);
  shortest_ = samples_ == 0 ? waited : std::min(shortest_, waited);
  last_observed_ = now;
  ++samples_;
  const auto span = shed_share_ > 0 ? options.interval / kAdjustmentsPerInterval : options.interval;
  if (now - interval_begin_ < span) return;
  if (samples_ >= kSamplesMin || shed_share_ > 0) {
    adjust(options);
    begin_interval(now);
  }
}

void OverloadControl::adjust(const OverloadOptions& options) noexcept {
  if (options.target.count() <= 0) {
    shed_share_ = 0;
  } else if (shortest_ > options.target) {
    const double excess =
        static_cast<double>(shortest_.count()) / static_cast<double>(options.target.count());
    shed_share_ = std::min(kShareMax, shed_share_ + std::min(kShareStepMax, kShareStep * excess));
  } else if (shortest_ < options.target / 2) {
    const bool over = shortest_ < options.target / 8;
    shed_share_ *= over ? 0.5 : kEasing;
    if (shed_share_ < kShareMin) shed_share_ = 0;
  }
}

bool OverloadControl::admits(TimePoint now, const OverloadOptions& options) noexcept {
  if (shed_share_ <= 0) return true;
  // Nobody has measured for a while: whatever it was, it is over.
  if (now - last_observed_ > options.interval * 2) clear();
  owed_ += shed_share_;
  if (owed_ < 1) return true;
  owed_ -= 1;
  return false;
}

void OverloadControl::clear() noexcept {
  shed_share_ = owed_ = 0;
  samples_ = 0;
}

}  // namespace understudy::proxy
