#include "proxy/admin/code_classes.hpp"
#include "proxy/admin/metrics.hpp"

namespace understudy::proxy {
namespace {

void add_target(const ShadowTargetStats& shadow, telemetry::MetricSet& set) {
  auto& requests = set.counter("understudy_shadow_requests_total", "Mirrored requests, by how they ended.");
  for (std::size_t i = 0; i < shadow.outcomes.size(); ++i)
    requests.add({{"shadow", shadow.name}, {"outcome", kShadowOutcomeNames[i]}}, shadow.outcomes[i]);
  auto& responses =
      set.counter("understudy_shadow_responses_total", "Answers of a shadow, by class of status.");
  for (std::size_t i = 0; i < shadow.responses_by_class.size(); ++i)
    responses.add({{"shadow", shadow.name}, {"code_class", kCodeClasses[i]}}, shadow.responses_by_class[i]);
  auto& not_mirrored =
      set.counter("understudy_shadow_not_mirrored_total", "Exchanges not mirrored, by reason.");
  // Without `none`, which is no reason.
  for (std::size_t i = 1; i < kReasonNames.size(); ++i)
    not_mirrored.add({{"shadow", shadow.name}, {"reason", kReasonNames[i]}}, shadow.not_mirrored[i]);
  set.gauge("understudy_shadow_in_flight", "Mirrored requests waiting or sent, not yet ended.")
      .add({{"shadow", shadow.name}}, shadow.in_flight);
  set.gauge("understudy_shadow_in_flight_bytes", "Bytes of the mirrored requests in flight.")
      .add({{"shadow", shadow.name}}, shadow.in_flight_bytes);
  set.gauge("understudy_shadow_breaker_open", "1 while the shadow gets nothing but probes.")
      .add({{"shadow", shadow.name}}, shadow.breaker_open ? 1 : 0);
}

void add_capture(const CaptureStats& capture, telemetry::MetricSet& set) {
  const auto& recorder = capture.recorder;
  set.counter("understudy_capture_records_total", "Exchanges recorded.").add(capture.recorded);
  auto& not_recorded =
      set.counter("understudy_capture_not_recorded_total", "Exchanges not recorded, by reason.");
  for (std::size_t i = 1; i < kReasonNames.size(); ++i)
    not_recorded.add({{"reason", kReasonNames[i]}}, capture.not_recorded[i]);
  set.counter("understudy_capture_bytes_total", "Bytes recorded, before and after compression.")
      .add({{"stage", "raw"}}, recorder.bytes_raw)
      .add({{"stage", "stored"}}, recorder.bytes_stored);
  set.counter("understudy_capture_chunks_total", "Chunks sealed.").add(recorder.chunks);
  set.gauge("understudy_capture_overload_step",
            "What recording gives up: 0 nothing, 1 to 3 compression, 4 bodies, 5 exchanges.")
      .add(static_cast<double>(recorder.rung));
  set.counter("understudy_capture_degraded_chunks_total", "Chunks compressed less than wanted, by how.")
      .add({{"effort", "fast"}}, recorder.chunks_fast)
      .add({{"effort", "fastest"}}, recorder.chunks_fastest)
      .add({{"effort", "raw"}}, recorder.chunks_raw);
  set.counter("understudy_capture_without_bodies_total", "Exchanges recorded without their bodies.")
      .add(recorder.exchanges_without_bodies);
  set.counter("understudy_capture_interruptions_total", "Files that a killed recorder had left behind.")
      .add(recorder.interruptions);
  set.counter("understudy_capture_files_sealed_total", "Capture files sealed.").add(recorder.files_sealed);
  set.counter("understudy_capture_files_removed_total", "Captures removed to stay within capture.keep.")
      .add(recorder.files_removed);
  set.counter("understudy_capture_write_errors_total", "Failed writes.").add(recorder.write_errors);
  set.gauge("understudy_capture_paused", "1 while the disk is full or failing.").add(recorder.paused ? 1 : 0);
}

}  // namespace

void add_shadow_plane_metrics(const ShadowStats& stats, telemetry::MetricSet& metrics) {
  metrics.counter("understudy_shadow_events_total", "Exchanges that the shadow plane was told of.")
      .add(stats.events);
  for (const auto& shadow : stats.shadows) add_target(shadow, metrics);
  metrics.gauge("understudy_shadow_paused", "1 while mirroring is switched off.").add(stats.paused ? 1 : 0);
  metrics.gauge("understudy_tee_bytes", "Bytes of exchanges that the shadow plane has not taken yet.")
      .add(stats.tee_bytes);
  metrics.gauge("understudy_tee_depth", "Exchanges that the shadow plane has not taken yet.")
      .add(stats.tee_depth);
  auto& redactions = metrics.counter("understudy_scrub_redactions_total", "Values replaced, by detector.");
  for (const auto& each : stats.redactions) redactions.add({{"detector", each.detector}}, each.redactions);
  metrics
      .counter("understudy_scrub_bodies_failed_total", "Bodies removed because they could not be understood.")
      .add(stats.bodies_failed);
  if (stats.capture.enabled) add_capture(stats.capture, metrics);
}

}  // namespace understudy::proxy
