#include "proxy/upstream/balancer.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

std::vector<Candidate> hosts(const std::vector<unsigned>& weights) {
  std::vector<Candidate> candidates;
  for (const auto weight : weights) candidates.push_back({weight, 0, true});
  return candidates;
}

std::vector<int> shares(Balancer& balancer, const std::vector<Candidate>& candidates, int draws) {
  std::vector<int> counts(candidates.size());
  for (int i = 0; i < draws; ++i) ++counts[balancer.choose(candidates)];
  return counts;
}

TEST(Balancer, RoundRobinGivesEachItsExactShareInEveryRound) {
  for (std::uint64_t seed = 1; seed < 20; ++seed) {
    Balancer balancer(Balance::round_robin, seed);
    EXPECT_EQ(shares(balancer, hosts({5, 1, 1}), 700), (std::vector<int>{500, 100, 100}));
  }
}

TEST(Balancer, RoundRobinInterleaves) {
  Balancer balancer(Balance::round_robin, 1);
  const auto candidates = hosts({3, 3});
  std::string order;
  for (int i = 0; i < 20; ++i) order += static_cast<char>('a' + balancer.choose(candidates));
  EXPECT_EQ(order.find("aaa"), std::string::npos) << order;
  EXPECT_EQ(order.find("bbb"), std::string::npos) << order;
}

TEST(Balancer, WorkersBeginWithDifferentHosts) {
  std::vector<int> first(4);
  for (std::uint64_t worker = 1; worker <= 64; ++worker) {
    Balancer balancer(Balance::round_robin, worker);
    ++first[balancer.choose(hosts({1, 1, 1, 1}))];
  }
  EXPECT_EQ(std::count(first.begin(), first.end(), 0), 0);
}

TEST(Balancer, WhoIsNotEligibleIsNeverChosen) {
  for (const auto balance : {Balance::round_robin, Balance::least_requests}) {
    Balancer balancer(balance, 7);
    auto candidates = hosts({1, 1, 1});
    candidates[1].eligible = false;
    const auto counts = shares(balancer, candidates, 300);
    EXPECT_EQ(counts[1], 0);
    EXPECT_GT(counts[0], 75);
    EXPECT_GT(counts[2], 75);
  }
}

TEST(Balancer, NobodyEligibleIsNone) {
  for (const auto balance : {Balance::round_robin, Balance::least_requests}) {
    Balancer balancer(balance, 7);
    auto candidates = hosts({1, 2});
    for (auto& each : candidates) each.eligible = false;
    EXPECT_EQ(balancer.choose(candidates), Balancer::kNone);
    EXPECT_EQ(balancer.choose({}), Balancer::kNone);
  }
}

TEST(Balancer, HostThatReturnsGetsItsShareAndNoMore) {
  Balancer balancer(Balance::round_robin, 3);
  auto candidates = hosts({1, 1});
  candidates[0].eligible = false;
  shares(balancer, candidates, 1000);
  candidates[0].eligible = true;
  EXPECT_EQ(shares(balancer, candidates, 100), (std::vector<int>{50, 50}));
}

TEST(Balancer, LeastRequestsTakesTheLessLoadedOfTwo) {
  Balancer balancer(Balance::least_requests, 5);
  auto candidates = hosts({1, 1});
  candidates[0].in_flight = 10;
  candidates[1].in_flight = 9;
  EXPECT_EQ(shares(balancer, candidates, 100), (std::vector<int>{0, 100}));
}

TEST(Balancer, LeastRequestsCountsLoadPerWeight) {
  Balancer balancer(Balance::least_requests, 5);
  auto candidates = hosts({10, 1});
  candidates[0].in_flight = 19;  // 1.9 a unit
  candidates[1].in_flight = 2;
  EXPECT_EQ(shares(balancer, candidates, 100), (std::vector<int>{100, 0}));
}

TEST(Balancer, LeastRequestsAmongEqualsKeepsTheWeights) {
  Balancer balancer(Balance::least_requests, 11);
  const auto counts = shares(balancer, hosts({3, 1}), 4000);
  EXPECT_NEAR(counts[0], 3000, 200);
}

TEST(Balancer, MostLoadedOfManyIsNeverChosen) {
  Balancer balancer(Balance::least_requests, 13);
  auto candidates = hosts({1, 1, 1, 1});
  candidates[2].in_flight = 1;
  EXPECT_EQ(shares(balancer, candidates, 1000)[2], 0);
}

}  // namespace
}  // namespace understudy::proxy
