#include "proxy/upstream/balancer.hpp"

namespace understudy::proxy {

std::size_t Balancer::choose(std::span<const Candidate> candidates) {
  return balance_ == Balance::round_robin ? round_robin(candidates) : least_requests(candidates);
}

/// Smooth weighted round robin: each eligible host gains its weight, the richest is chosen and pays for all.
/// With weights 5, 1, 1 that gives a a b a c a a instead of five times a in a row.
std::size_t Balancer::round_robin(std::span<const Candidate> candidates) {
  if (credit_.size() != candidates.size()) {
    credit_.resize(candidates.size());
    for (std::size_t i = 0; i < credit_.size(); ++i)
      credit_[i] = static_cast<std::int64_t>(random() % candidates[i].weight);
    // Workers begin with different hosts.
    if (!credit_.empty()) credit_[random() % credit_.size()] += 1;
  }
  std::size_t best = kNone;
  std::int64_t total = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (!candidates[i].eligible) continue;
    credit_[i] += candidates[i].weight;
    total += candidates[i].weight;
    if (best == kNone || credit_[i] > credit_[best]) best = i;
  }
  if (best != kNone) credit_[best] -= total;
  return best;
}

std::size_t Balancer::least_requests(std::span<const Candidate> candidates) {
  const auto first = draw(candidates, kNone);
  if (first == kNone) return kNone;
  const auto second = draw(candidates, first);
  if (second == kNone) return first;
  // Loads per weight, compared crosswise; equally loaded ones keep the shares of the draw.
  const auto load_first = candidates[first].in_flight * candidates[second].weight;
  const auto load_second = candidates[second].in_flight * candidates[first].weight;
  return load_second < load_first ? second : first;
}

std::size_t Balancer::draw(std::span<const Candidate> candidates, std::size_t except) {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i)
    if (candidates[i].eligible && i != except) total += candidates[i].weight;
  if (total == 0) return kNone;
  std::uint64_t at = random() % total;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (!candidates[i].eligible || i == except) continue;
    if (at < candidates[i].weight) return i;
    at -= candidates[i].weight;
  }
  return kNone;
}

/// splitmix64: uniform, seedable, a few instructions.
std::uint64_t Balancer::random() noexcept {
  std::uint64_t z = (random_ += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace understudy::proxy
