// What became of one exchange, in numbers: filled while it runs, read once when it has ended.
#pragma once

#include "proxy/exchange/counters.hpp"
#include "proxy/exchange/event.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace understudy::proxy {

/// Plain values, cheap to fill for every exchange. Durations below zero: it did not happen.
struct ExchangeAccount {
  static constexpr std::chrono::nanoseconds kNever{-1};

  std::uint64_t bytes_in = 0;            ///< head and body as the client sent them
  std::uint64_t bytes_out = 0;           ///< what the kernel took for the client
  std::chrono::nanoseconds duration{0};  ///< head read to the end
  std::chrono::nanoseconds connect =
      kNever;  ///< to the primary, the last try; a pooled connection needs none
  std::chrono::nanoseconds first_byte = kNever;  ///< head read to the first byte of the primary's response
  std::uint16_t status = 0;                      ///< sent to the client; 0: none
  std::uint8_t retries = 0;
  bool upstream_reused = false;
  bool tunnel = false;
  Fate fate = Fate::ok;
  std::optional<LocalReply> local_reply;
  std::optional<PrimaryError> primary_error;
};

}  // namespace understudy::proxy
