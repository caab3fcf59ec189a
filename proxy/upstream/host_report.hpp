// The numbers of one primary host at one moment, for metrics.
#pragma once

#include "proxy/upstream/health_state.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace understudy::proxy {

struct HostReport {
  std::string name;
  bool healthy = true;
  bool ejected = false;
  std::uint64_t ejections = 0;
  std::array<std::uint64_t, kHealthResultNames.size()> checks{};
  std::array<std::uint64_t, 5> responses{};  ///< by class of the final status
  std::uint64_t errors = 0;                  ///< requests left without a response head
  std::uint64_t connections_open = 0;
};

}  // namespace understudy::proxy
