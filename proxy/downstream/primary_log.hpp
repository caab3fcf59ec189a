// Says that the primary misbehaves, at most once a second per worker, so that an outage does not drown the
// log.
#pragma once

#include "core/telemetry/log_rate.hpp"
#include "proxy/exchange/counters.hpp"

#include <cstdint>
#include <string_view>

#include <boost/system/error_code.hpp>

namespace understudy::proxy {

class PrimaryLog {
 public:
  void note(PrimaryError error, const boost::system::error_code& cause, std::string_view host);

 private:
  telemetry::LogRate rate_;
};

}  // namespace understudy::proxy
