#include "proxy/downstream/primary_log.hpp"

#include "core/telemetry/log.hpp"

#include <string>
#include <utility>

namespace understudy::proxy {

void PrimaryLog::note(PrimaryError error, const boost::system::error_code& cause, std::string_view host) {
  const auto suppressed = rate_.admits();
  if (!suppressed) return;
  const auto message = cause ? cause.message() : std::string("-");
  telemetry::log(telemetry::Level::warning, "primary_error",
                 {{"host", host},
                  {"kind", kPrimaryErrorNames[static_cast<std::size_t>(error)]},
                  {"cause", std::string_view(message)},
                  {"suppressed_before", *suppressed}});
}

}  // namespace understudy::proxy
