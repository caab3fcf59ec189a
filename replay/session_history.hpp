// What each session has written so far, so that requests in different states are told apart.
#pragma once

#include "core/diff/fingerprint.hpp"
#include "core/diff/noise_model.hpp"
#include "replay/recorded_exchange.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>

namespace understudy::replay {

/// Both passes over the captures see the exchanges in the same order, so both get the same fingerprints.
class SessionHistories {
 public:
  /// Sessions remembered; of further ones all requests look like the first.
  static constexpr std::size_t kSessionsMax = 1'000'000;

  /// Who asks what, in which state; then the exchange's write, if it is one, is remembered. `endpoint` must
  /// outlive the result.
  diff::RequestIdentity next(const RecordedExchange& exchange, std::string_view endpoint) {
    const auto found = histories_.find(exchange.session);
    const auto history = found == histories_.end() ? 0 : found->second;
    const auto fingerprint = diff::request_fingerprint(exchange.request, exchange.authority, history);
    const auto after = diff::history_after(exchange.request, history);
    if (found != histories_.end())
      found->second = after;
    else if (after != 0 && histories_.size() < kSessionsMax)
      histories_.emplace(exchange.session, after);
    return {fingerprint, diff::request_question(exchange.request, exchange.authority), endpoint,
            diff::is_safe_method(exchange.request.head.method)};
  }

 private:
  std::unordered_map<std::uint64_t, std::uint64_t> histories_;
};

}  // namespace understudy::replay
