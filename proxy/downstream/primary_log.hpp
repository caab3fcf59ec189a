// Says that the primary misbehaves, at most once a second per worker, so that an outage does not drown the
// log.
#pragma once

#include "core/base/clock.hpp"
#include "proxy/exchange/counters.hpp"

#include <cstdint>
#include <string_view>

#include <boost/system/error_code.hpp>

namespace understudy::proxy {

class PrimaryLog {
 public:
  void note(PrimaryError error, const boost::system::error_code& cause, std::string_view host);

 private:
  Monotonic::time_point next_;
  std::uint64_t suppressed_ = 0;
};

}  // namespace understudy::proxy
