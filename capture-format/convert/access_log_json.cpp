#include "capture-format/convert/access_log_line.hpp"
#include "capture-format/convert/json_access.hpp"
#include "core/base/ascii.hpp"
#include "core/base/clock.hpp"
#include "core/base/units.hpp"
#include "core/http/grammar.hpp"

#include <chrono>
#include <cmath>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

namespace understudy::capture {
namespace {

namespace json = boost::json;

using Names = std::initializer_list<std::string_view>;

/// A string or number under the first of the names that has one; "-" counts as none.
std::string text_of(const json::object& object, Names names) {
  for (const auto name : names) {
    auto text = scalar_text(object, name);
    if (!text.empty() && text != "-") return text;
  }
  return {};
}

std::optional<double> number_of(const json::object& object, Names names) {
  for (const auto name : names)
    if (const auto number = number_or_none(object, name)) return number;
  return std::nullopt;
}

/// The product as a whole number; 0 when it is negative or beyond belief.
std::uint64_t whole(double number, double unit) {
  constexpr double kBelievable = 4e18;
  const double product = number * unit;
  return product > 0 && product < kBelievable ? static_cast<std::uint64_t>(std::llround(product)) : 0;
}

/// Seconds since 1970 as nginx ($msec) and Caddy write them, or milliseconds.
std::optional<std::uint64_t> epoch_time(const json::object& object, Names names) {
  constexpr double kSecondsMax = 1e11;
  const auto number = number_of(object, names);
  if (!number || *number <= 0) return std::nullopt;
  // Microseconds are what a double of this size still says exactly.
  const auto micros = std::llround(*number < kSecondsMax ? *number * 1e6 : *number * 1e3);
  return micros < 0 ? std::nullopt : std::optional(static_cast<std::uint64_t>(micros) * 1000);
}

bool read_time(const json::object& object, AccessLogLine& line) {
  const auto started = text_of(object, {"StartUTC", "StartLocal", "start_time"});
  line.time_is_end = started.empty();
  for (const auto& text :
       {started, text_of(object, {"time", "time_iso8601", "timestamp", "@timestamp", "ts", "date"}),
        text_of(object, {"time_clf", "time_local"})}) {
    const auto at = parse_access_log_time(text);
    if (!at) continue;
    line.time_ns = *at;
    line.exact_time = text.find('.') != std::string::npos;
    return true;
  }
  const auto at = epoch_time(object, {"msec", "ts", "time", "timestamp"});
  if (!at) return false;
  line.time_ns = *at;
  line.exact_time = *at % kSecondNs != 0;
  return true;
}

void read_durations(const json::object& object, AccessLogLine& line) {
  if (const auto seconds = number_of(object, {"duration_seconds", "request_time", "duration"}))
    line.duration_ns = whole(*seconds, 1e9);
  else if (const auto ns = number_of(object, {"Duration"}))
    line.duration_ns = whole(*ns, 1);
  else if (const auto ms = number_of(object, {"duration_ms", "latency_ms", "elapsed_ms"}))
    line.duration_ns = whole(*ms, 1e6);
  else if (const auto text = parse_duration(text_of(object, {"duration", "latency"})))
    line.duration_ns = static_cast<std::uint64_t>(text->count());
  line.first_byte_ns =
      whole(number_of(object, {"first_byte_seconds", "upstream_header_time"}).value_or(0), 1e9);
}

/// The request line whole, or in parts. Caddy nests the parts below "request".
bool read_request(const json::object& outer, AccessLogLine& line) {
  const auto* nested = object_or_null(outer, "request");
  const auto& object = nested == nullptr ? outer : *nested;
  if (nested == nullptr)
    if (const auto text = text_of(outer, {"request", "request_line"}); !text.empty())
      return read_request_line(text, line);
  line.method = text_of(object, {"method", "request_method", "RequestMethod", "http_method", "verb"});
  line.protocol = text_of(object, {"protocol", "server_protocol", "RequestProtocol", "proto"});
  auto target = text_of(object, {"request_uri", "RequestPath", "uri", "path", "url", "target"});
  const auto query = text_of(object, {"args", "query_string", "query"});
  if (!query.empty() && target.find('?') == std::string::npos)
    target += (query.front() == '?' ? "" : "?") + query;
  return http::is_token(line.method) && set_target(target, line);
}

std::string field_text(std::string text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos ? text : std::string();
}

}  // namespace

Outcome<AccessLogLine> parse_access_log_json(std::string_view text) {
  boost::system::error_code error;
  const auto value = json::parse(json::string_view(text.data(), text.size()), error);
  const auto* object = error ? nullptr : value.if_object();
  if (object == nullptr) return Failure{"no_log_line"};
  AccessLogLine line;
  if (!read_time(*object, line)) return Failure{"bad_time"};
  if (!read_request(*object, line)) return Failure{"bad_request"};
  const auto status = number_of(*object, {"status", "status_code", "DownstreamStatus", "response_status"});
  if (!status || *status < 100 || *status > 999) return Failure{"bad_status"};
  line.status = static_cast<std::uint32_t>(*status);
  line.response_bytes = whole(number_of(*object, {"bytes_out", "body_bytes_sent", "bytes_sent",
                                                  "DownstreamContentSize", "size", "bytes"})
                                  .value_or(0),
                              1);
  read_durations(*object, line);
  const auto* nested = object_or_null(*object, "request");
  const auto& client = nested == nullptr ? *object : *nested;
  line.address =
      text_of(client, {"client", "remote_addr", "client_ip", "remote_ip", "ClientHost", "clientip"});
  line.host = field_text(text_of(client, {"host", "http_host", "RequestHost", "server_name"}));
  line.referer = field_text(text_of(*object, {"referer", "http_referer", "referrer", "request_Referer"}));
  line.user_agent =
      field_text(text_of(*object, {"user_agent", "http_user_agent", "agent", "request_User-Agent"}));
  return line;
}

}  // namespace understudy::capture
