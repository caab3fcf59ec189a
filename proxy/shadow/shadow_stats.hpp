// What the shadow plane has done so far, as plain values: what metrics, logs and tests look at.
#pragma once

#include "capture-format/recorder.hpp"
#include "proxy/exchange/reason.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::proxy {

/// How a mirrored request ended. Closed list, metric label.
enum class ShadowOutcome : std::uint8_t {
  answered,
  timeout,
  connect_failed,   ///< also: the name did not resolve
  connection_lost,  ///< closed or reset before the answer was whole
  bad_response,     ///< not HTTP
};
inline constexpr std::array<std::string_view, 5> kShadowOutcomeNames{"answered", "timeout", "connect_failed",
                                                                     "connection_lost", "bad_response"};

/// Indexed by Reason.
using ReasonCounts = std::array<std::uint64_t, kReasonNames.size()>;

std::uint64_t sum(const ReasonCounts& counts) noexcept;

/// One shadow. `events == mirrored() + sum(not_mirrored) + in_flight`, exactly so when the plane rests.
struct ShadowTargetStats {
  std::string name;
  std::array<std::uint64_t, kShadowOutcomeNames.size()> outcomes{};
  std::array<std::uint64_t, 5> responses_by_class{};  ///< 1xx to 5xx
  ReasonCounts not_mirrored{};                        ///< drops at the tee included
  std::uint64_t in_flight = 0;                        ///< waiting or sent, not ended
  std::uint64_t in_flight_bytes = 0;
  bool breaker_open = false;

  std::uint64_t mirrored() const noexcept;
};

/// The capture. `events == recorded + sum(not_recorded)`, exactly so when the plane rests.
struct CaptureStats {
  bool enabled = false;
  std::uint64_t recorded = 0;
  ReasonCounts not_recorded{};
  capture::RecorderStats recorder;
};

struct DetectorCount {
  std::string detector;
  std::uint64_t redactions = 0;
};

struct ShadowStats {
  std::uint64_t events = 0;  ///< exchanges told to the tees: taken by the plane, or dropped there
  std::vector<ShadowTargetStats> shadows;
  CaptureStats capture;
  std::vector<DetectorCount> redactions;
  std::uint64_t bodies_failed = 0;  ///< removed by the scrubber because it could not understand them
  std::uint64_t tee_bytes = 0;      ///< of events not yet taken
  std::uint64_t tee_depth = 0;      ///< events not yet taken
  bool paused = false;
};

/// Adds what another plane has counted, shadow by shadow and detector by detector.
void accumulate(ShadowStats& into, const ShadowStats& more);

}  // namespace understudy::proxy
