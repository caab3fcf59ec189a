// What one worker counts: written by its thread alone, read by any (the admin's metrics), never locked.
#pragma once

#include "proxy/exchange/limit_names.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace understudy::proxy {

/// One writer thread, any number of readers. A load and a store instead of a locked add: nothing on the data
/// path pays for a reader.
class SingleWriterCounter {
 public:
  void add(std::uint64_t n = 1) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void subtract(std::uint64_t n = 1) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) - n, std::memory_order_relaxed);
  }
  /// For gauges.
  void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// Upper bounds in seconds, inclusive, for proxies on a LAN: 50 µs to 60 s. The last bucket (+Inf) has no
/// bound.
inline constexpr std::array<double, 18> kDurationBounds{0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025,
                                                        0.005,   0.01,   0.025,   0.05,   0.1,   0.25,
                                                        0.5,     1,      2.5,     5,      10,    60};

/// A histogram of durations with the buckets of `kDurationBounds`. Buckets are not cumulative here.
class DurationHistogram {
 public:
  void record(std::chrono::nanoseconds duration) noexcept {
    const double seconds = std::chrono::duration<double>(duration).count();
    std::size_t bucket = 0;
    while (bucket < kDurationBounds.size() && seconds > kDurationBounds[bucket]) ++bucket;
    buckets_[bucket].add();
    sum_ns_.add(duration.count() > 0 ? static_cast<std::uint64_t>(duration.count()) : 0);
  }
  /// `bucket` in [0, kDurationBounds.size()]; the last one is +Inf.
  std::uint64_t bucket(std::size_t bucket) const noexcept { return buckets_[bucket].value(); }
  std::uint64_t count() const noexcept {
    std::uint64_t total = 0;
    for (const auto& each : buckets_) total += each.value();
    return total;
  }
  double sum_seconds() const noexcept { return static_cast<double>(sum_ns_.value()) / 1e9; }

 private:
  std::array<SingleWriterCounter, kDurationBounds.size() + 1> buckets_;
  SingleWriterCounter sum_ns_;
};

/// Why the proxy answered by itself instead of passing on what the primary said. Closed list, metric label.
enum class LocalReply : std::uint8_t {
  malformed_request,    ///< 400, 405, 414, 431, 501, 505
  head_timeout,         ///< 408: the request head did not arrive in time
  primary_unreachable,  ///< 502: connect failed or was refused; 504: it took too long
  primary_failed,       ///< 502: closed, reset or spoke nonsense before a response head
  primary_timeout,      ///< 504: no response head in time
  overloaded,           ///< 503: see LimitHit for which limit
  body_timeout,         ///< 408: the request body did not arrive in time
  body_too_large,       ///< 413
  request_timeout,      ///< 504: the whole exchange took too long
  loop_detected,        ///< 508: the request has passed here before
  options_answered,     ///< 200: OPTIONS whose Max-Forwards is used up
};
inline constexpr std::array<std::string_view, 11> kLocalReplyNames{
    "malformed_request", "head_timeout",  "primary_unreachable", "primary_failed",
    "primary_timeout",   "overloaded",    "body_timeout",        "body_too_large",
    "request_timeout",   "loop_detected", "options_answered",
};

/// What went wrong with the primary. Closed list, metric label.
enum class PrimaryError : std::uint8_t {
  connect_failed,
  connect_timeout,
  response_timeout,  ///< no response head in time
  body_timeout,      ///< the response body stalled
  closed_early,      ///< closed or reset before the response was whole
  bad_response,      ///< framing or syntax error
};
inline constexpr std::array<std::string_view, 6> kPrimaryErrorNames{
    "connect_failed", "connect_timeout", "response_timeout", "body_timeout", "closed_early", "bad_response"};

/// All counts since the start, apart from the `_active` gauges. How to add one:
/// - a SingleWriterCounter here (an array indexed by an enum when it has a closed list of causes),
/// - its line in proxy/admin/ (names: `understudy_<what>_<unit>_total`, seconds and bytes, labels only of
///   closed lists or of the configuration; every series is there from the start, with 0),
/// - its row in docs/operations.md, which a test holds against what is exposed.
struct WorkerCounters {
  SingleWriterCounter connections_accepted;
  SingleWriterCounter connections_active;     ///< gauge
  SingleWriterCounter connections_refused;    ///< over connections_max
  SingleWriterCounter proxy_protocol_errors;  ///< closed: no PROXY header, a bad one, or from a stranger
  SingleWriterCounter accept_errors;          ///< out of descriptors or memory: accepting paused

  SingleWriterCounter requests;  ///< heads parsed and accepted
  std::array<SingleWriterCounter, 5>
      responses_by_class;  ///< 1xx to 5xx as sent to clients, local replies included
  std::array<SingleWriterCounter, 500> responses_by_status;  ///< 100 to 599, the same responses
  std::array<SingleWriterCounter, kLocalReplyNames.size()> local_replies;
  std::array<SingleWriterCounter, kLimitHitNames.size()> limits_hit;
  std::array<SingleWriterCounter, kTimeoutHitNames.size()> timeouts_hit;
  SingleWriterCounter client_aborts;  ///< the client went away before its response was whole
  SingleWriterCounter downstream_bytes_in;
  SingleWriterCounter downstream_bytes_out;

  SingleWriterCounter upstream_connections_opened;
  SingleWriterCounter upstream_connections_reused;
  SingleWriterCounter upstream_retries;  ///< a reused connection was stale; the request went out once more
  std::array<SingleWriterCounter, kPrimaryErrorNames.size()> primary_errors;

  DurationHistogram exchange_duration;    ///< request head read until response sent whole
  DurationHistogram upstream_first_byte;  ///< request head sent until the first byte of the response
  DurationHistogram upstream_connect;
  DurationHistogram added_latency;  ///< what the client waited for the proxy itself; see docs/operations.md

  SingleWriterCounter tunnels;
  SingleWriterCounter tunnels_active;  ///< gauge

  SingleWriterCounter requests_in_flight;      ///< gauge: sent to the primary, not answered whole; no tunnels
  SingleWriterCounter overload_shed_permille;  ///< gauge: share of requests that is being shed
  DurationHistogram event_loop_wait;           ///< what an event waits for its turn, sampled under load

  /// 1xx to 5xx; other statuses, which no parser lets through, count as 599.
  void count_response(unsigned status) noexcept {
    const std::size_t index = status >= 100 && status < 600 ? status - 100 : 499;
    responses_by_class[index / 100].add();
    responses_by_status[index].add();
  }
  void count(LocalReply reply) noexcept { local_replies[static_cast<std::size_t>(reply)].add(); }
  void count(PrimaryError error) noexcept { primary_errors[static_cast<std::size_t>(error)].add(); }
  void count(LimitHit limit) noexcept { limits_hit[static_cast<std::size_t>(limit)].add(); }
  void count(TimeoutHit timeout) noexcept { timeouts_hit[static_cast<std::size_t>(timeout)].add(); }
};

}  // namespace understudy::proxy
