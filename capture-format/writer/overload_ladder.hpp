// What the recorder gives up, and in which order, when compression or the disk do not keep up.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace understudy::capture {

/// Each gives up more than the one before. The first four differ in the chunks' compression, `heads_only`
/// leaves the bodies out besides, `drop` whole exchanges.
enum class Rung : std::uint8_t { ordinary, fast, fastest, raw, heads_only, drop };
inline constexpr std::size_t kRungs = 6;
inline constexpr std::array<std::string_view, kRungs> kRungNames{"ordinary", "fast",       "fastest",
                                                                 "raw",      "heads_only", "drop"};

/// A plain state machine over the share of chunk buffers in flight (handed over and not back). Goes up as far
/// as the share says, and comes down only when it is clearly lower, so that it does not swing. Every rung but
/// `drop`, which is no matter of shares: there is no buffer left.
class OverloadLadder {
 public:
  struct Step {
    Rung rung;
    std::size_t enter_percent;  ///< of the buffers in flight: at least so many
    std::size_t leave_percent;  ///< fewer than so many
  };
  static constexpr std::array<Step, 4> kSteps{
      {{Rung::fast, 25, 12}, {Rung::fastest, 40, 25}, {Rung::raw, 55, 40}, {Rung::heads_only, 75, 60}}};

  explicit OverloadLadder(std::size_t buffers) noexcept : buffers_(buffers) {}

  Rung move(std::size_t in_flight) noexcept {
    const auto percent = [this](std::size_t share) { return share * buffers_; };
    auto at = static_cast<std::size_t>(rung_);
    while (at < kSteps.size() && in_flight * 100 >= percent(kSteps[at].enter_percent)) ++at;
    while (at > 0 && in_flight * 100 < percent(kSteps[at - 1].leave_percent)) --at;
    rung_ = static_cast<Rung>(at);
    return rung_;
  }

  Rung rung() const noexcept { return rung_; }

 private:
  std::size_t buffers_;
  Rung rung_ = Rung::ordinary;
};

}  // namespace understudy::capture
