// How long the shadow plane rests between looks at the tees: short under traffic, long when nobody comes.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace understudy::proxy {

/// Nobody wakes the plane, so this is also how late an exchange is mirrored at most.
class PollPace {
 public:
  static constexpr std::chrono::milliseconds kShortest{1};
  static constexpr std::chrono::milliseconds kLongest{50};

  /// The pause after a look that found `taken` events.
  std::chrono::milliseconds after(std::size_t taken) noexcept {
    pause_ = taken > 0 ? kShortest : std::min(pause_ * 2, kLongest);
    return pause_;
  }

 private:
  std::chrono::milliseconds pause_ = kShortest;
};

}  // namespace understudy::proxy
