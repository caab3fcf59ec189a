#include "proxy/shadow/shadow_stats.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace understudy::proxy {

std::uint64_t sum(const ReasonCounts& counts) noexcept {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

std::uint64_t ShadowTargetStats::mirrored() const noexcept {
  return std::accumulate(outcomes.begin(), outcomes.end(), std::uint64_t{0});
}

namespace {

template <std::size_t N>
void add(std::array<std::uint64_t, N>& into, const std::array<std::uint64_t, N>& more) {
  std::transform(into.begin(), into.end(), more.begin(), into.begin(), std::plus<>());
}

void add(ShadowTargetStats& into, const ShadowTargetStats& more) {
  add(into.outcomes, more.outcomes);
  add(into.responses_by_class, more.responses_by_class);
  add(into.not_mirrored, more.not_mirrored);
  into.in_flight += more.in_flight;
  into.in_flight_bytes += more.in_flight_bytes;
  into.breaker_open = into.breaker_open || more.breaker_open;
}

void add(CaptureStats& into, const CaptureStats& more) {
  into.enabled = into.enabled || more.enabled;
  into.recorded += more.recorded;
  add(into.not_recorded, more.not_recorded);
  auto& recorder = into.recorder;
  recorder.exchanges_recorded += more.recorder.exchanges_recorded;
  recorder.exchanges_dropped += more.recorder.exchanges_dropped;
  recorder.bytes_raw += more.recorder.bytes_raw;
  recorder.bytes_stored += more.recorder.bytes_stored;
  recorder.chunks += more.recorder.chunks;
  recorder.chunks_fast += more.recorder.chunks_fast;
  recorder.chunks_fastest += more.recorder.chunks_fastest;
  recorder.chunks_raw += more.recorder.chunks_raw;
  recorder.exchanges_without_bodies += more.recorder.exchanges_without_bodies;
  recorder.files_sealed += more.recorder.files_sealed;
  recorder.files_removed += more.recorder.files_removed;
  recorder.write_errors += more.recorder.write_errors;
  recorder.interruptions += more.recorder.interruptions;
  recorder.rung = std::max(recorder.rung, more.recorder.rung);
  recorder.paused = recorder.paused || more.recorder.paused;
  recorder.disk_full = recorder.disk_full || more.recorder.disk_full;
}

/// The one in `list` that `same` recognises, or a new one at its end.
template <class T, class Same>
T& found_or_added(std::vector<T>& list, Same same) {
  const auto found = std::find_if(list.begin(), list.end(), same);
  return found != list.end() ? *found : list.emplace_back();
}

}  // namespace

void accumulate(ShadowStats& into, const ShadowStats& more) {
  into.events += more.events;
  for (const auto& shadow : more.shadows) {
    auto& own =
        found_or_added(into.shadows, [&](const ShadowTargetStats& each) { return each.name == shadow.name; });
    own.name = shadow.name;
    add(own, shadow);
  }
  add(into.capture, more.capture);
  for (const auto& count : more.redactions) {
    auto& own = found_or_added(into.redactions,
                               [&](const DetectorCount& each) { return each.detector == count.detector; });
    own.detector = count.detector;
    own.redactions += count.redactions;
  }
  into.bodies_failed += more.bodies_failed;
  into.tee_bytes += more.tee_bytes;
  into.tee_depth += more.tee_depth;
  into.paused = into.paused || more.paused;
}

}  // namespace understudy::proxy
