// The one way from the shadow plane to the disk: takes scrubbed messages and facts, nothing else.
#pragma once

#include "capture-format/recorder.hpp"
#include "core/scrub/scrubber.hpp"
#include "proxy/exchange/counters.hpp"
#include "proxy/exchange/reason.hpp"
#include "proxy/shadow/exchange_facts.hpp"
#include "proxy/shadow/scrubbed_request.hpp"
#include "proxy/shadow/shadow_stats.hpp"

#include <array>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace understudy::proxy {

/// What the scrubber says of a message that it made.
struct Provenance {
  scrub::BodyState body = scrub::BodyState::clean;
  std::uint32_t redactions = 0;
  std::span<const scrub::Hit> hits;
};

/// One shadow's part in a record: what was decided when the exchange came, not how the mirror ended.
struct MirrorNote {
  std::string_view shadow;
  Reason reason = Reason::none;  ///< none: handed to the mirror sender
};

/// Lives on the shadow plane's thread; `stats` may be called from any.
class CaptureSink {
 public:
  /// Fails when the directory cannot be made or written.
  static Outcome<std::unique_ptr<CaptureSink>> open(const capture::RecorderOptions& options);

  /// Records one exchange, once. `response` may be null.
  void record(const ExchangeFacts& facts, ScrubbedRequestView request, const Provenance& of_request,
              const scrub::Scrubbed<http::Response>* response, const Provenance& of_response,
              std::span<const MirrorNote> mirrors);

  /// Counts an exchange that is not to be recorded, for `reason`.
  void leave_out(Reason reason) noexcept { not_recorded_[static_cast<std::size_t>(reason)].add(); }

  /// Tells the file how many exchanges the tees have lost since the start, and lets the recorder flush.
  void tick(std::uint64_t lost_at_tees);

  /// Ends the capture and waits for the disk. Later records are dropped and counted.
  void seal();

  CaptureStats stats() const;

 private:
  CaptureSink(std::unique_ptr<capture::Recorder> recorder, std::uint32_t policy)
      : recorder_(std::move(recorder)), policy_(policy) {}

  void tell_interruptions(std::uint64_t found);
  void fill_scrub(const Provenance& of_request, const Provenance& of_response);

  std::unique_ptr<capture::Recorder> recorder_;
  mutable std::mutex
      recorder_mutex_;  ///< held only to look at `recorder_` from another thread, and to end it
  capture::RecorderStats sealed_stats_;
  std::uint32_t policy_;
  capture::ExchangeView view_;  ///< reused for its vectors' memory
  std::uint64_t lost_at_tees_ = 0;
  std::uint64_t told_interruptions_ = 0;
  bool told_paused_ = false;      ///< what the log says last
  SingleWriterCounter accepted_;  ///< by the recorder
  std::array<SingleWriterCounter, kReasonNames.size()> not_recorded_;
};

}  // namespace understudy::proxy
