// Holds every answer against its recording and keeps the tallies. One thread; no I/O.
#pragma once

#include "core/diff/noise_model.hpp"
#include "replay/accounting.hpp"
#include "replay/judge/findings.hpp"
#include "replay/judge/histogram.hpp"
#include "replay/judge/latency_comparison.hpp"
#include "replay/planned_exchange.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace understudy::replay {

/// How one pair of responses compared. Each answered exchange has exactly one.
enum class Agreement : std::uint8_t { match, noise, expected, mismatch, not_compared };

struct AgreementCounts {
  std::uint64_t match = 0;
  std::uint64_t noise = 0;     ///< differs only where the recording varies by itself
  std::uint64_t expected = 0;  ///< differs only where a rule says so
  std::uint64_t mismatch = 0;
  ReasonCounts not_compared;  ///< no_recorded_response recorded_incomplete response_too_large
                              ///< body_not_recorded encoding size

  std::uint64_t compared() const noexcept { return match + noise + expected + mismatch; }
  std::uint64_t all() const noexcept { return compared() + total(not_compared); }
};

struct EndpointTally {
  std::uint64_t answered = 0;
  std::uint64_t failed = 0;
  AgreementCounts agreement;
  std::uint64_t body_or_status = 0;  ///< mismatches that are more than header drift
  std::uint64_t leaves_compared = 0;
  Histogram service{2};

  /// Everything compared agrees, header drift apart.
  bool clean() const noexcept { return agreement.compared() > 0 && body_or_status == 0 && failed == 0; }
};

struct Latencies {
  Histogram intended;  ///< from the time a request was due
  Histogram service;   ///< from the time it was sent
};

class Judge {
 public:
  static constexpr std::size_t kEndpointsMax = 2'000;

  /// `noise` must outlive the judge. `latency_compared`: the schedule makes latencies comparable with the
  /// recording.
  Judge(const diff::NoiseModel& noise, bool latency_compared)
      : noise_(noise), latency_compared_(latency_compared) {}

  void judge(const AnsweredExchange& answered);

  const AgreementCounts& agreement() const noexcept { return agreement_; }
  const std::map<std::string, EndpointTally, std::less<>>& endpoints() const noexcept { return endpoints_; }
  const Findings& differences() const noexcept { return differences_; }
  const Findings& noise() const noexcept { return noise_found_; }
  const Latencies& latencies() const noexcept { return latencies_; }
  const LatencyComparison& latency_comparison() const noexcept { return latency_comparison_; }
  const ReasonCounts& failures() const noexcept { return failures_; }
  std::uint64_t answered() const noexcept { return answered_; }
  std::uint64_t server_errors() const noexcept { return server_errors_; }
  std::uint64_t leaves_compared() const noexcept { return leaves_compared_; }

 private:
  EndpointTally& tally_of(const std::string& endpoint);
  Agreement compare(const AnsweredExchange& answered, EndpointTally& tally, std::string_view& reason);

  const diff::NoiseModel& noise_;
  bool latency_compared_;
  AgreementCounts agreement_;
  std::map<std::string, EndpointTally, std::less<>> endpoints_;
  Findings differences_;
  Findings noise_found_;
  Latencies latencies_;
  LatencyComparison latency_comparison_;
  ReasonCounts failures_;
  std::uint64_t answered_ = 0;
  std::uint64_t server_errors_ = 0;
  std::uint64_t leaves_compared_ = 0;
};

/// The closed-list name of a failure to get an answer.
std::string_view failure_name(const boost::system::error_code& error) noexcept;

}  // namespace understudy::replay
