// Whether an endpoint became slower than it was recorded: paired, exact, and deaf to what slows everything
// alike.
#pragma once

#include "replay/judge/histogram.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::replay {

/// An endpoint that is slower. Times are those of its pairs' medians.
struct Slowdown {
  std::string endpoint;
  std::uint64_t slower = 0;  ///< pairs where the candidate took over 1.5 times the recording and `floor` more
  std::uint64_t faster = 0;  ///< the other way round
  std::uint64_t pairs = 0;
  double p_value = 1;  ///< one-sided exact sign test on slower against faster
  std::chrono::nanoseconds recorded_median{};
  std::chrono::nanoseconds candidate_median{};
  std::chrono::nanoseconds floor{};
};

/// Collects pairs in memory that is fixed per endpoint (about 10 KB).
class LatencyComparison {
 public:
  static constexpr std::uint64_t kPairsMin = 20;
  static constexpr double kAlpha = 0.001;
  static constexpr double kRatio = 1.5;
  static constexpr std::chrono::milliseconds kFloor{20};
  static constexpr std::size_t kEndpointsMax = 2'000;

  /// Times to the first byte of the response.
  void add(std::string_view endpoint, std::chrono::nanoseconds recorded, std::chrono::nanoseconds candidate);

  /// The endpoints with evidence. The floor is 20 ms, or, when the other endpoints' excess is larger than
  /// that in more than a tenth of their pairs (a loaded machine), what it is at their 90th percentile. The
  /// median excess must be over the floor too.
  std::vector<Slowdown> slowdowns() const;
  /// Endpoints that had enough pairs to be judged.
  std::uint64_t endpoints_judged() const noexcept;

 private:
  struct Pairs {
    Histogram slower_by{1};  ///< candidate - 1.5 recorded
    Histogram faster_by{1};  ///< recorded - 1.5 candidate
    Histogram recorded{2};
    Histogram candidate{2};
    std::uint64_t count = 0;
  };
  std::chrono::nanoseconds floor_without(const Pairs& own) const;

  std::map<std::string, Pairs, std::less<>> endpoints_;
};

}  // namespace understudy::replay
