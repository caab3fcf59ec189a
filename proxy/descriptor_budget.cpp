#include "proxy/descriptor_budget.hpp"

#include <algorithm>
#include <limits>
#include <sys/resource.h>

namespace understudy::proxy {

std::uint64_t descriptor_limit() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return std::numeric_limits<std::uint64_t>::max() / 4;
  return limit.rlim_cur;
}

std::size_t affordable_connections(std::size_t connections_max, std::size_t workers) {
  return std::min(connections_max, connections_for(descriptor_limit(), workers));
}

}  // namespace understudy::proxy
