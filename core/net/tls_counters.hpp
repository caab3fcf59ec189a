// What TLS handshakes came to, counted by the thread that made them and read by any.
#pragma once

#include "core/net/tls_error.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace understudy::net {

/// Upper bounds in seconds, inclusive; the last bucket has none.
inline constexpr std::array<double, 12> kHandshakeBounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                         0.05,   0.1,   0.25,   0.5,   1,    5};

struct TlsCounters {
  using Counter = std::atomic<std::uint64_t>;

  Counter full{0};     ///< finished, with keys exchanged and certificates checked
  Counter resumed{0};  ///< finished, from a ticket
  std::array<Counter, kTlsErrorNames.size()> failed{};          ///< by TlsErrc
  std::array<Counter, kHandshakeBounds.size() + 1> duration{};  ///< of the finished ones, not cumulative
  Counter duration_ns{0};

  static void add(Counter& counter, std::uint64_t n = 1) noexcept {
    counter.fetch_add(n, std::memory_order_relaxed);
  }
  void count_finished(bool was_resumed, std::chrono::nanoseconds took) noexcept {
    add(was_resumed ? resumed : full);
    const double seconds = std::chrono::duration<double>(took).count();
    std::size_t bucket = 0;
    while (bucket < kHandshakeBounds.size() && seconds > kHandshakeBounds[bucket]) ++bucket;
    add(duration[bucket]);
    add(duration_ns, static_cast<std::uint64_t>(took.count()));
  }
  void count_failed(TlsErrc error) noexcept { add(failed[static_cast<std::size_t>(error) - 1]); }
};

}  // namespace understudy::net
