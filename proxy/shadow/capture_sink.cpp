#include "proxy/shadow/capture_sink.hpp"

#include "capture-format/convert/http_exchange.hpp"
#include "capture-format/convert/rule_hits.hpp"
#include "core/base/units.hpp"
#include "core/telemetry/log.hpp"

#include <algorithm>
#include <utility>

namespace understudy::proxy {
namespace {

capture::MirrorOutcome outcome_of(Reason reason) {
  switch (reason) {
    case Reason::none:
      return capture::MirrorOutcome::sent;
    case Reason::write_blocked:
      return capture::MirrorOutcome::write_blocked;
    case Reason::queue_full:
    case Reason::memory_budget:
    case Reason::in_flight_limit:
    case Reason::breaker_open:
    case Reason::shutdown:
      return capture::MirrorOutcome::queue_dropped;
    default:
      return capture::MirrorOutcome::not_sampled;
  }
}

bool removed(scrub::BodyState state) {
  return state == scrub::BodyState::failed || state == scrub::BodyState::encoding_unsupported;
}

/// A body that is not there in full keeps its true length and says why.
void apply_body_facts(capture::MessageView& message, const BodyFacts& facts, scrub::BodyState state) {
  message.truncation = facts.truncation;
  if (facts.truncation == capture::Truncation::none && removed(state) && facts.length > 0)
    message.truncation = capture::Truncation::policy;
  if (message.truncation == capture::Truncation::none) return;
  message.body_length = facts.length;
  message.body_hash = facts.hash;
}

}  // namespace

Outcome<std::unique_ptr<CaptureSink>> CaptureSink::open(const capture::RecorderOptions& options) {
  auto recorder = capture::Recorder::open(options);
  if (!recorder) return recorder.error();
  return std::unique_ptr<CaptureSink>(new CaptureSink(std::move(*recorder), options.scrub_policy));
}

void CaptureSink::record(const ExchangeFacts& facts, ScrubbedRequestView request,
                         const Provenance& of_request, const scrub::Scrubbed<http::Response>* response,
                         const Provenance& of_response, std::span<const MirrorNote> mirrors) {
  view_.start_ns = facts.start_ns;
  view_.id = facts.id;
  view_.connection_id = facts.connection_id;
  view_.connection_sequence = facts.connection_sequence;
  view_.stream_id = facts.stream_id;
  view_.session_key = facts.session_key;
  view_.timings = facts.timings;
  view_.fate = facts.fate;
  view_.trace_id = view_.span_id = {};
  if (facts.trace) {
    view_.trace_id = {facts.trace->trace_id.data(), facts.trace->trace_id.size()};
    view_.span_id = {facts.trace->span_id.data(), facts.trace->span_id.size()};
  }
  capture::assign_view(view_.request, *request);
  apply_body_facts(view_.request, facts.request_body, of_request.body);
  view_.has_response = response != nullptr;
  if (response) {
    capture::assign_view(view_.response, **response);
    apply_body_facts(view_.response, facts.response_body, of_response.body);
  }
  view_.mirrors.clear();
  for (const auto& mirror : mirrors)
    view_.mirrors.push_back({outcome_of(mirror.reason),
                             mirror.reason == Reason::none ? std::string_view() : to_string(mirror.reason),
                             mirror.shadow});
  fill_scrub(of_request, of_response);

  auto reason = Reason::none;
  if (!recorder_) {
    reason = Reason::shutdown;
  } else if (!recorder_->append(view_)) {
    // The disk does not keep up or fails, or there is no buffer for a record of this size.
    reason = recorder_->stats().paused ? Reason::queue_full : Reason::memory_budget;
  }
  (reason == Reason::none ? accepted_ : not_recorded_[static_cast<std::size_t>(reason)]).add();
}

void CaptureSink::fill_scrub(const Provenance& of_request, const Provenance& of_response) {
  auto& scrub = view_.scrub;
  scrub.policy = policy_;
  scrub.redactions = of_request.redactions + of_response.redactions;
  scrub.state = removed(of_request.body) || removed(of_response.body)
                    ? capture::ScrubState::failed_body_removed
                : scrub.redactions > 0 ? capture::ScrubState::redacted
                                       : capture::ScrubState::clean;
  scrub.hits.clear();
  capture::add_rule_hits(of_request.hits, scrub.hits);
  capture::add_rule_hits(of_response.hits, scrub.hits);
}

void CaptureSink::tick(std::uint64_t lost_at_tees) {
  if (!recorder_) return;
  if (lost_at_tees > lost_at_tees_) {
    recorder_->count_gap(lost_at_tees - lost_at_tees_, 0);
    lost_at_tees_ = lost_at_tees;
  }
  recorder_->tick();
  const auto stats = recorder_->stats();
  if (stats.interruptions != told_interruptions_) tell_interruptions(stats.interruptions);
  if (stats.paused == told_paused_) return;
  told_paused_ = stats.paused;
  if (stats.paused)
    telemetry::log(telemetry::Level::warning, "capture_paused",
                   {{"cause", stats.disk_full ? "disk_full"
                              : stats.no_key  ? "no_key"
                                              : "write_error"}});
  else
    telemetry::log(telemetry::Level::info, "capture_resumed");
}

void CaptureSink::tell_interruptions(std::uint64_t found) {
  told_interruptions_ = found;
  for (const auto& each : recorder_->take_interruptions())
    telemetry::log(telemetry::Level::warning, "capture_interrupted",
                   {{"file", each.file},
                    {"last_recorded", format_wall_time(each.last_ns)},
                    {"file_is", capture::kOrphanFateNames[static_cast<std::size_t>(each.fate)]},
                    {"exchanges", each.exchanges},
                    {"chunks_lost", each.chunks_lost}});
}

void CaptureSink::seal() {
  std::unique_ptr<capture::Recorder> ending;
  {
    const std::lock_guard lock(recorder_mutex_);
    if (recorder_) sealed_stats_ = recorder_->stats();
    sealed_stats_.rung = capture::Rung::ordinary;
    ending = std::move(recorder_);
  }
  // Its destructor waits for the disk, which nobody who asks for counts should.
}

CaptureStats CaptureSink::stats() const {
  CaptureStats stats;
  stats.enabled = true;
  const auto accepted = accepted_.value();
  for (std::size_t i = 0; i < not_recorded_.size(); ++i) stats.not_recorded[i] = not_recorded_[i].value();
  {
    const std::lock_guard lock(recorder_mutex_);
    stats.recorder = recorder_ ? recorder_->stats() : sealed_stats_;
  }
  // The recorder takes back what it had accepted when the disk refuses a chunk.
  stats.recorded = std::min(accepted, stats.recorder.exchanges_recorded);
  stats.not_recorded[static_cast<std::size_t>(Reason::queue_full)] += accepted - stats.recorded;
  return stats;
}

}  // namespace understudy::proxy
