// The circuit breaker of one shadow: stops talking to a shadow that does not answer, and asks again later.
#pragma once

#include "core/base/clock.hpp"

#include <chrono>
#include <cstdint>

namespace understudy::proxy {

struct BreakerOptions {
  std::uint32_t failures = 5;  ///< in a row; then it opens
  std::chrono::nanoseconds open_first = std::chrono::seconds(1);
  std::chrono::nanoseconds open_max = std::chrono::seconds(30);  ///< the pause doubles up to this

  bool operator==(const BreakerOptions&) const = default;
};

/// Sans-I/O: time is an argument. Closed: everything passes. Open: nothing does, until the pause is over;
/// then one request is let through as a probe. Its success closes the breaker, its failure doubles the pause.
class Breaker {
 public:
  enum class Permit : std::uint8_t { refused, normal, probe };

  explicit Breaker(const BreakerOptions& options) : options_(options) {}

  /// A permit is given back by exactly one of `succeeded`, `failed` and `cancelled`; a refusal needs nothing.
  Permit ask(Monotonic::time_point now) noexcept;
  void succeeded(Permit permit) noexcept;
  void failed(Permit permit, Monotonic::time_point now) noexcept;
  /// The request was never sent, so it says nothing about the shadow.
  void cancelled(Permit permit) noexcept;

  /// Whether `ask` would refuse; asks for nothing.
  bool refuses(Monotonic::time_point now) const noexcept { return open_ && (probing_ || now < until_); }
  bool is_closed() const noexcept { return !open_; }

 private:
  void open(Monotonic::time_point now) noexcept;

  BreakerOptions options_;
  bool open_ = false;
  bool probing_ = false;
  std::uint32_t failures_ = 0;
  std::chrono::nanoseconds pause_{0};
  Monotonic::time_point until_;
};

}  // namespace understudy::proxy
