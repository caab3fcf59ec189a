#include "replay/judge/judge.hpp"

#include "core/diff/response_diff.hpp"

namespace understudy::replay {
namespace {

void count(AgreementCounts& counts, Agreement agreement, std::string_view reason) {
  switch (agreement) {
    case Agreement::match:
      ++counts.match;
      return;
    case Agreement::noise:
      ++counts.noise;
      return;
    case Agreement::expected:
      ++counts.expected;
      return;
    case Agreement::mismatch:
      ++counts.mismatch;
      return;
    case Agreement::not_compared:
      ++counts.not_compared[std::string(reason)];
      return;
  }
}

std::string_view not_comparable(const AnsweredExchange& answered) noexcept {
  if (!answered.expected.has_response) return "no_recorded_response";
  if (!answered.expected.complete) return "recorded_incomplete";
  if (answered.response_cut) return "response_too_large";
  return {};
}

}  // namespace

std::string_view failure_name(const boost::system::error_code& error) noexcept {
  if (error.category() != net::client_category()) return "other";
  switch (static_cast<net::ClientErrc>(error.value())) {
    case net::ClientErrc::connect_failed:
      return "connect_failed";
    case net::ClientErrc::connect_timeout:
      return "connect_timeout";
    case net::ClientErrc::response_timeout:
      return "response_timeout";
    case net::ClientErrc::connection_lost:
      return "connection_lost";
    case net::ClientErrc::bad_response:
      return "bad_response";
    case net::ClientErrc::body_too_large:
      return "body_too_large";
    case net::ClientErrc::closed:
      return "closed";
  }
  return "other";
}

EndpointTally& Judge::tally_of(const std::string& endpoint) {
  const auto found = endpoints_.find(endpoint);
  if (found != endpoints_.end()) return found->second;
  return endpoints_[endpoints_.size() < kEndpointsMax ? endpoint : "__other__"];
}

void Judge::judge(const AnsweredExchange& answered) {
  auto& tally = tally_of(answered.expected.endpoint);
  if (answered.error) {
    ++tally.failed;
    ++failures_[std::string(failure_name(answered.error))];
    return;
  }
  ++answered_;
  ++tally.answered;
  if (answered.response.head.status >= 500) ++server_errors_;
  latencies_.intended.record(answered.from_intended);
  latencies_.service.record(answered.service);
  tally.service.record(answered.service);
  const std::chrono::nanoseconds recorded(answered.expected.service_ns);
  if (latency_compared_ && recorded.count() > 0 && answered.expected.complete)
    latency_comparison_.add(answered.expected.endpoint, recorded, answered.first_byte);
  std::string_view reason;
  const auto agreement = compare(answered, tally, reason);
  count(agreement_, agreement, reason);
  count(tally.agreement, agreement, reason);
}

Agreement Judge::compare(const AnsweredExchange& answered, EndpointTally& tally, std::string_view& reason) {
  const auto& expected = answered.expected;
  reason = not_comparable(answered);
  if (!reason.empty()) return Agreement::not_compared;
  const diff::CompareOptions options{.times = {expected.answered_ns, answered.answered_wall_ns},
                                     .body_recorded = expected.response_whole};
  const auto comparison = diff::compare(expected.response, answered.response, options);
  leaves_compared_ += comparison.leaves_compared;
  tally.leaves_compared += comparison.leaves_compared;
  const diff::RequestIdentity identity{expected.fingerprint, expected.question, expected.endpoint,
                                       expected.safe};
  bool mismatch = comparison.differences_dropped > 0;
  bool beyond_headers = mismatch;
  bool noise = false;
  for (const auto& difference : comparison.differences) {
    const auto evidence = noise_.explain(identity, difference);
    auto& findings = evidence ? noise_found_ : differences_;
    findings.add(expected.endpoint, difference, expected.exchange_id, expected.request_line,
                 evidence ? &*evidence : nullptr);
    noise = noise || evidence.has_value();
    mismatch = mismatch || !evidence;
    beyond_headers = beyond_headers || (!evidence && !diff::is_header_kind(difference.kind));
  }
  if (beyond_headers) ++tally.body_or_status;
  if (mismatch) return Agreement::mismatch;
  reason = comparison.not_compared;
  if (!reason.empty()) return Agreement::not_compared;
  return noise ? Agreement::noise : Agreement::match;
}

}  // namespace understudy::replay
