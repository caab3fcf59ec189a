#include "capture-format/convert/har_entry.hpp"

#include "capture-format/convert/base64.hpp"
#include "capture-format/convert/har_body.hpp"
#include "capture-format/convert/har_document.hpp"
#include "capture-format/convert/har_own_fields.hpp"
#include "capture-format/convert/har_url.hpp"
#include "capture-format/convert/json_access.hpp"
#include "capture-format/layout/wall_time.hpp"
#include "core/base/ascii.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include <boost/json.hpp>

namespace understudy::capture {
namespace {

namespace json = boost::json;

constexpr double kTimingMillisecondsMax = 1e9;

Outcome<json::value> parse(std::string_view text) {
  json::parse_options options;
  options.max_depth = HarDocument::kDepthMax;
  options.allow_invalid_utf8 = true;  // bytes that a tool wrote as they were stay as they are
  boost::system::error_code error;
  auto value = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
  if (error) return Failure{"not JSON: " + error.message()};
  return value;
}

bool is_token(std::string_view text) noexcept {
  constexpr std::string_view kSymbols = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    const char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || ascii_digit(c) || kSymbols.find(c) != std::string_view::npos;
  });
}

/// What must not stand in a field value (RFC 9110 §5.5) becomes a space.
std::string cleaned_value(HarExchange& exchange, std::string_view value) {
  std::string clean(value);
  for (char& c : clean) {
    if (c != '\r' && c != '\0' && c != '\n') continue;
    c = ' ';
    exchange.repaired("control_byte_in_header");
  }
  return clean;
}

/// A line end within a value: with a space behind it the value was folded (RFC 9112 §5.2), else browsers'
/// tools have joined fields of one name, each of which was a field of its own.
void add_header(HarExchange& exchange, MessageView& message, std::string_view name, std::string_view value) {
  const auto kept_name = exchange.keep(std::string(name));
  const auto line_end = [](std::string_view text) {
    auto at = text.find('\n');
    while (at + 1 < text.size() && at != std::string_view::npos &&
           (text[at + 1] == ' ' || text[at + 1] == '\t'))
      at = text.find('\n', at + 1);
    return at;
  };
  for (auto end = line_end(value); end != std::string_view::npos; end = line_end(value)) {
    auto line = value.substr(0, end);
    value.remove_prefix(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    exchange.repaired("joined_headers_split");
    if (!line.empty()) message.headers.push_back({kept_name, exchange.keep(cleaned_value(exchange, line))});
  }
  message.headers.push_back({kept_name, exchange.keep(cleaned_value(exchange, value))});
}

/// Mostly a string; some tools write a list with a value for each field of that name, or a number.
void add_values(HarExchange& exchange, MessageView& message, std::string_view name,
                const json::value* value) {
  if (value == nullptr || value->is_null()) return add_header(exchange, message, name, {});
  if (const auto* text = value->if_string())
    return add_header(exchange, message, name, {text->data(), text->size()});
  exchange.repaired("header_value_was_no_text");
  if (const auto* values = value->if_array()) {
    for (const auto& each : *values)
      add_header(exchange, message, name,
                 each.is_string() ? std::string(each.get_string()) : json::serialize(each));
  } else {
    add_header(exchange, message, name, json::serialize(*value));
  }
}

void read_headers(HarExchange& exchange, MessageView& message, const json::object& source) {
  for (const auto& item : array_or_empty(source, "headers")) {
    const auto* header = item.if_object();
    if (header == nullptr) {
      exchange.repaired("header_without_name");
      continue;
    }
    const auto name = text_or_empty(*header, "name");
    if (!is_token(name.substr(name.starts_with(':') ? 1 : 0))) {
      exchange.repaired("header_without_name");
      continue;
    }
    const auto exact = base64_decode(text_or_empty(*header, "_valueBase64"));
    if (exact && !exact->empty())
      add_header(exchange, message, name, *exact);
    else
      add_values(exchange, message, name, member_or_null(*header, "value"));
  }
}

/// Some tools tell the cookies of a request in their own list alone.
void add_cookies(HarExchange& exchange, MessageView& message, const json::object& source,
                 std::string_view field) {
  const bool has_field =
      std::any_of(message.headers.begin(), message.headers.end(),
                  [field](const HeaderView& header) { return iequals(header.name, field); });
  if (has_field) return;
  std::string value;
  for (const auto& item : array_or_empty(source, "cookies")) {
    const auto* cookie = item.if_object();
    if (cookie == nullptr || !is_token(text_or_empty(*cookie, "name"))) continue;
    if (!value.empty()) value += "; ";
    value.append(text_or_empty(*cookie, "name")).append("=").append(text_or_empty(*cookie, "value"));
  }
  if (value.empty()) return;
  exchange.repaired("cookies_from_their_list");
  message.headers.push_back({field, exchange.keep(cleaned_value(exchange, value))});
}

void read_version(HarExchange& exchange, MessageView& message, const json::object& source,
                  std::string_view key) {
  const auto version = text_or_empty(source, "httpVersion");
  message.version = iequals(version, "HTTP/1.0") ? 10 : 11;
  if (iequals(version, "HTTP/1.0") || iequals(version, "HTTP/1.1")) return;
  exchange.repaired("http_version_unknown");
  if (is_version_text(version))
    exchange.view.extensions.push_back({key, exchange.keep(std::string(version))});
}

/// A WebSocket begins as a request over HTTP.
std::string http_url(HarExchange& exchange, std::string_view url) {
  for (const auto& [scheme, http] : {std::pair<std::string_view, std::string_view>{"ws://", "http://"},
                                     std::pair<std::string_view, std::string_view>{"wss://", "https://"}}) {
    if (!iequals(url.substr(0, scheme.size()), scheme)) continue;
    exchange.repaired("websocket_url");
    return std::string(http) + std::string(url.substr(scheme.size()));
  }
  return std::string(url);
}

Outcome<> read_request(HarExchange& exchange, const json::object& source) {
  auto& request = exchange.view.request;
  auto method = text_or_empty(source, "method");
  // Tools tell no method of what a server pushed, and nothing but GET is pushed with a body of its own.
  if (method.empty() && object_or_null(source, "postData") == nullptr) {
    exchange.repaired("method_missing");
    method = "GET";
  }
  if (!is_token(method)) return Failure{"no_method"};
  const auto exact = base64_decode(text_or_empty(source, "_urlBase64"));
  const auto url =
      exchange.keep(exact && !exact->empty() ? *exact : std::string(text_or_empty(source, "url")));
  auto parts = split_url(http_url(exchange, url));
  if (!parts) return Failure{url.empty() ? "no_url" : "url_not_http"};
  if (parts->escaped) exchange.repaired("url_escaped");
  request.method = exchange.keep(std::string(method));
  request.authority = exchange.keep(std::move(parts->authority));
  request.target = exchange.keep(std::move(parts->target));
  const auto scheme = exchange.keep(std::move(parts->scheme));
  exchange.view.extensions.push_back({HarExtension::kScheme, scheme});
  if (join_url(scheme, request.authority, request.target) != url)
    exchange.view.extensions.push_back({HarExtension::kUrl, url});
  read_version(exchange, request, source, HarExtension::kRequestVersion);
  read_headers(exchange, request, source);
  add_cookies(exchange, request, source, "Cookie");
  read_request_body(exchange, source);
  return {};
}

Outcome<> read_response(HarExchange& exchange, const json::object& entry) {
  const auto* source = object_or_null(entry, "response");
  const auto status = source == nullptr ? std::optional<double>() : number_or_none(*source, "status");
  // Tools write status 0 (or nothing) when no answer came.
  if (!status || *status <= 0) {
    exchange.repaired("no_response");
    exchange.view.fate = Fate::reset;
    return {};
  }
  if (*status < 100 || *status > 999 || std::floor(*status) != *status) return Failure{"status_out_of_range"};
  auto& response = exchange.view.response;
  exchange.view.has_response = true;
  response.status = static_cast<std::uint32_t>(*status);
  const auto exact = base64_decode(text_or_empty(*source, "_statusTextBase64"));
  response.reason = exchange.keep(
      cleaned_value(exchange, exact && !exact->empty() ? *exact : text_or_empty(*source, "statusText")));
  read_version(exchange, response, *source, HarExtension::kResponseVersion);
  read_headers(exchange, response, *source);
  read_response_body(exchange, *source);
  return {};
}

void read_timings(HarExchange& exchange, const json::object& entry) {
  const auto* source = object_or_null(entry, "timings");
  const auto nanoseconds = [](std::optional<double> milliseconds) {
    const double value = milliseconds.value_or(0);
    return value > 0 && value < kTimingMillisecondsMax ? static_cast<std::uint64_t>(std::llround(value * 1e6))
                                                       : 0;
  };
  const auto phase = [&](std::string_view name) {
    return source == nullptr ? 0 : nanoseconds(number_or_none(*source, name));
  };
  auto& timings = exchange.view.timings;
  // HAR's "connect" includes "ssl".
  timings.connected_ns = phase("blocked") + phase("dns") + phase("connect");
  timings.request_done_ns = timings.connected_ns + phase("send");
  timings.first_byte_ns = timings.request_done_ns + phase("wait");
  timings.response_done_ns = timings.first_byte_ns + phase("receive");
  // Where the phases do not add up to the whole, they are what is wrong: tools leave some out, or count
  // twice.
  const auto whole = nanoseconds(number_or_none(entry, "time"));
  if (whole == 0) return;
  timings.response_done_ns = whole;
  for (auto* phase_end : {&timings.connected_ns, &timings.request_done_ns, &timings.first_byte_ns})
    *phase_end = std::min(*phase_end, whole);
}

/// A time as JavaScript counts it.
std::optional<std::uint64_t> epoch_milliseconds(const json::object& entry, std::string_view name) {
  constexpr double kMillisecondsMin = 1e11;  // 1973: anything less is seconds, or no time at all
  constexpr double kMillisecondsMax = 1.6e13;
  const auto number = number_or_none(entry, name);
  if (!number || *number < kMillisecondsMin || *number > kMillisecondsMax) return std::nullopt;
  return static_cast<std::uint64_t>(std::llround(*number * 1e3)) * 1000;
}

}  // namespace

bool is_version_text(std::string_view text) noexcept {
  constexpr std::size_t kBytesMax = 16;
  return !text.empty() && text.size() <= kBytesMax && std::all_of(text.begin(), text.end(), [](char c) {
    return ascii_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '/' || c == '.';
  });
}

void HarExchange::repaired(std::string_view what) {
  if (std::find(repairs.begin(), repairs.end(), what) == repairs.end()) repairs.push_back(what);
}

Outcome<HarEntryPlace> read_har_entry_place(std::string_view text) {
  const auto value = parse(text);
  if (!value) return value.error();
  HarEntryPlace place;
  const auto* entry = value->if_object();
  if (entry == nullptr) return place;  // refused when it is read
  auto start = parse_wall_time(text_or_empty(*entry, "startedDateTime"));
  if (!start) start = epoch_milliseconds(*entry, "startedDateTime");
  place.has_start = start.has_value();
  place.start_ns = start.value_or(0);
  place.connection = scalar_text(*entry, "connection");
  if (place.connection.empty()) place.connection = scalar_text(*entry, "_session");
  return place;
}

Outcome<HarExchange> read_har_entry(std::string_view text) {
  const auto value = parse(text);
  if (!value) return Failure{"not_json"};
  const auto* entry = value->if_object();
  if (entry == nullptr) return Failure{"entry_not_an_object"};
  const auto* request = object_or_null(*entry, "request");
  if (request == nullptr) return Failure{"no_request"};
  HarExchange exchange;
  if (auto read = read_request(exchange, *request); !read) return read.error();
  if (auto read = read_response(exchange, *entry); !read) return read.error();
  read_timings(exchange, *entry);
  if (const auto connection = scalar_text(*entry, "connection"); !connection.empty())
    exchange.view.extensions.push_back({HarExtension::kConnection, exchange.keep(connection)});
  if (!array_or_empty(*entry, "_webSocketMessages").empty()) exchange.repaired("websocket_messages_left_out");
  read_own_fields(exchange, *entry);
  return exchange;
}

}  // namespace understudy::capture
