// Which host gets the next request: decisions without I/O over what the group knows of its hosts.
#pragma once

#include "proxy/upstream/primary_config.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace understudy::proxy {

/// A host as the balancer sees it.
struct Candidate {
  unsigned weight = 1;
  std::uint64_t in_flight = 0;  ///< requests of this worker
  bool eligible = true;         ///< in service, and not tried by this request before
};

/// Belongs to one worker. Workers start at different places, so that they do not all begin with one host.
class Balancer {
 public:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  Balancer(Balance balance, std::uint64_t seed) : balance_(balance), random_(seed | 1) {}

  void set_balance(Balance balance) noexcept { balance_ = balance; }

  /// The index of the chosen one, or kNone when no candidate is eligible. The order of the candidates must be
  /// that of the last call; after a change of hosts call `forget`.
  std::size_t choose(std::span<const Candidate> candidates);
  void forget() noexcept { credit_.clear(); }

 private:
  std::size_t round_robin(std::span<const Candidate> candidates);
  std::size_t least_requests(std::span<const Candidate> candidates);
  /// One eligible candidate by weight, `except` left out; kNone when there is no other.
  std::size_t draw(std::span<const Candidate> candidates, std::size_t except);
  std::uint64_t random() noexcept;

  Balance balance_;
  std::uint64_t random_;
  std::vector<std::int64_t> credit_;  ///< of the smooth round robin, one per candidate
};

}  // namespace understudy::proxy
