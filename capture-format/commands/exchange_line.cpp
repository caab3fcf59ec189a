#include "capture-format/commands/exchange_line.hpp"

#include "capture-format/commands/printable.hpp"
#include "capture-format/layout/record_names.hpp"
#include "core/base/units.hpp"

#include <fmt/format.h>

namespace understudy::capture {
namespace {

constexpr std::size_t kTargetShown = 120;

}  // namespace

std::string exchange_as_line(const ExchangeView& exchange) {
  const auto& response = exchange.response;
  const auto status =
      exchange.has_response ? std::to_string(response.status) : std::string(name_of(exchange.fate));
  const auto duration = std::chrono::nanoseconds(exchange.timings.response_done_ns);
  const bool long_target = exchange.request.target.size() > kTargetShown;
  return fmt::format("{} {:>3} {:>10} {:>10} {:<7} {}{}{}\n", format_wall_time(exchange.start_ns), status,
                     exchange.timings.response_done_ns == 0 ? "-" : format_duration(duration),
                     format_size(response.body_length), printable(exchange.request.method),
                     printable(exchange.request.authority),
                     printable(exchange.request.target.substr(0, kTargetShown)), long_target ? "…" : "");
}

}  // namespace understudy::capture
