// Exact binomial probabilities: the sign test and the confidence interval of a share.
#pragma once

#include <cstdint>

namespace understudy::replay {

/// P(Bin(wins + losses, 1/2) >= wins): how likely fair coins would favour one side that much. 1 without any.
double sign_test(std::uint64_t wins, std::uint64_t losses);

struct Interval {
  double low = 0;
  double high = 1;
};

/// Clopper-Pearson, two-sided 95 %, of `hits` in `trials`; [0, 1] without trials.
Interval share_interval(std::uint64_t hits, std::uint64_t trials);

}  // namespace understudy::replay
