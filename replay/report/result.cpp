#include "replay/report/result.hpp"

namespace understudy::replay {

std::uint64_t compared_for(const RunResult& result, const Finding& finding) {
  const auto& endpoints = result.judge->endpoints();
  const auto found = endpoints.find(finding.endpoint);
  return (found == endpoints.end() ? result.judge->agreement() : found->second.agreement).all();
}

}  // namespace understudy::replay
