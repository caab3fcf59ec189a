#include "capture-format/writer/route_totals.hpp"

#include <algorithm>
#include <string_view>

namespace understudy::capture {
namespace {

constexpr std::size_t kFileRoutesMax = 4096;

}  // namespace

void RouteTotals::clear() {
  routes_.clear();
  other_ = 0;
}

void RouteTotals::add(const RouteTable& routes) {
  other_ += routes.other();
  routes.for_each([this](std::string_view route, std::uint32_t exchanges) {
    const auto known = routes_.find(std::string(route));
    if (known != routes_.end())
      known->second += exchanges;
    else if (routes_.size() < kFileRoutesMax)
      routes_.emplace(route, exchanges);
    else
      other_ += exchanges;
  });
}

void RouteTotals::rank_into(Summary& summary) const {
  auto& top = summary.top_routes;
  top.clear();
  for (const auto& [route, exchanges] : routes_) top.push_back({route, exchanges});
  std::sort(top.begin(), top.end(), [](const RouteCount& a, const RouteCount& b) {
    return a.exchanges != b.exchanges ? a.exchanges > b.exchanges : a.route < b.route;
  });
  summary.other_route_exchanges = other_;
  for (std::size_t i = kTopRoutesMax; i < top.size(); ++i) summary.other_route_exchanges += top[i].exchanges;
  if (top.size() > kTopRoutesMax) top.resize(kTopRoutesMax);
}

}  // namespace understudy::capture
