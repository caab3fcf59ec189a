// The keys of session tickets: shared by all workers, so that any of them resumes what another began, and
// replaced often, so that a stolen key opens little.
#pragma once

#include "core/base/clock.hpp"
#include "core/base/published.hpp"

#include <array>
#include <chrono>
#include <memory>

namespace understudy::net {

struct TicketKey {
  std::array<unsigned char, 16> name;
  std::array<unsigned char, 32> aes;
  std::array<unsigned char, 32> mac;
};

/// Tickets are made with the first; the second is the one before, and opens tickets only.
using TicketKeys = std::array<TicketKey, 2>;

/// Made and rotated by the control thread, read by every worker. Keys never leave memory.
class TicketKeyring {
 public:
  /// A ticket is good for this long, and for one period more at most.
  static constexpr std::chrono::hours kPeriod{1};

  TicketKeyring();
  /// A new key when the current one is older than kPeriod.
  void rotate_if_due(Monotonic::time_point now);
  void rotate(Monotonic::time_point now);

  const Published<TicketKeys>& keys() const noexcept { return keys_; }

 private:
  Published<TicketKeys> keys_;
  Monotonic::time_point rotated_;
};

}  // namespace understudy::net
