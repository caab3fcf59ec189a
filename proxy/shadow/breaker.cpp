#include "proxy/shadow/breaker.hpp"

#include <algorithm>

namespace understudy::proxy {

Breaker::Permit Breaker::ask(Monotonic::time_point now) noexcept {
  if (!open_) return Permit::normal;
  if (refuses(now)) return Permit::refused;
  probing_ = true;
  return Permit::probe;
}

void Breaker::succeeded(Permit permit) noexcept {
  // An answer to what was sent before the breaker opened does not close it: only the probe speaks of now.
  if (open_ && permit != Permit::probe) return;
  open_ = probing_ = false;
  failures_ = 0;
  pause_ = std::chrono::nanoseconds(0);
}

void Breaker::failed(Permit permit, Monotonic::time_point now) noexcept {
  if (open_) {
    if (permit == Permit::probe) open(now);
    return;
  }
  if (++failures_ >= options_.failures) open(now);
}

void Breaker::cancelled(Permit permit) noexcept {
  if (permit == Permit::probe) probing_ = false;
}

void Breaker::open(Monotonic::time_point now) noexcept {
  pause_ = open_ ? std::min(pause_ * 2, options_.open_max) : std::min(options_.open_first, options_.open_max);
  until_ = now + pause_;
  open_ = true;
  probing_ = false;
  failures_ = 0;
}

}  // namespace understudy::proxy
