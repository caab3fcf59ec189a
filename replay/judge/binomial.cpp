#include "replay/judge/binomial.hpp"

#include <boost/math/distributions/binomial.hpp>

namespace understudy::replay {
namespace {

constexpr double kTail = 0.025;

}  // namespace

double sign_test(std::uint64_t wins, std::uint64_t losses) {
  if (wins == 0) return 1;
  const boost::math::binomial_distribution<double> fair(static_cast<double>(wins + losses), 0.5);
  return boost::math::cdf(boost::math::complement(fair, static_cast<double>(wins) - 1));
}

Interval share_interval(std::uint64_t hits, std::uint64_t trials) {
  using Binomial = boost::math::binomial_distribution<double>;
  if (trials == 0) return {};
  const auto n = static_cast<double>(trials);
  const auto k = static_cast<double>(hits);
  Interval interval;
  if (hits > 0) interval.low = Binomial::find_lower_bound_on_p(n, k, kTail);
  if (hits < trials) interval.high = Binomial::find_upper_bound_on_p(n, k, kTail);
  return interval;
}

}  // namespace understudy::replay
