#include "capture-format/convert/har_export.hpp"

#include "capture-format/convert/base64.hpp"
#include "capture-format/convert/exchange_url.hpp"
#include "capture-format/convert/har_entry.hpp"
#include "capture-format/convert/har_own_fields.hpp"
#include "capture-format/convert/har_url.hpp"
#include "capture-format/convert/json_writer.hpp"
#include "capture-format/layout/wall_time.hpp"
#include "core/base/ascii.hpp"

#include <algorithm>

namespace understudy::capture {
namespace {

void write_headers(JsonWriter& json, const MessageView& message) {
  json.key("headers").begin_array();
  for (const auto& [name, value] : message.headers) {
    json.begin_object().member("name", name).member("value", value);
    if (!is_utf8(value)) json.member("_valueBase64", base64_encode(value));
    json.end_object();
  }
  json.end_array();
}

std::string_view version_text(const ExchangeView& exchange, const MessageView& message,
                              std::string_view key) {
  const auto recorded = extension(exchange, key);
  return !recorded.empty() ? recorded : message.version == 10 ? "HTTP/1.0" : "HTTP/1.1";
}

void write_query(JsonWriter& json, std::string_view target) {
  json.key("queryString").begin_array();
  const auto mark = target.find('?');
  auto query = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const auto name = pair.substr(0, pair.find('='));
    const auto value = pair.substr(std::min(pair.size(), name.size() + 1));
    json.begin_object()
        .member("name", decode_form_text(name))
        .member("value", decode_form_text(value))
        .end_object();
  }
  json.end_array();
}

/// The pairs of every Cookie field; of a Set-Cookie field only the cookie itself, without its attributes.
void write_cookies(JsonWriter& json, const MessageView& message, std::string_view field) {
  json.key("cookies").begin_array();
  for (const auto& [name, value] : message.headers) {
    if (!iequals(name, field)) continue;
    auto rest = value;
    while (!rest.empty()) {
      const auto pair = trim(rest.substr(0, rest.find(';')));
      rest.remove_prefix(
          std::min(rest.size(), rest.find(';') == std::string_view::npos ? rest.size() : rest.find(';') + 1));
      const auto equals = pair.find('=');
      if (equals != std::string_view::npos)
        json.begin_object()
            .member("name", pair.substr(0, equals))
            .member("value", pair.substr(equals + 1))
            .end_object();
      if (field == "set-cookie") break;
    }
  }
  json.end_array();
}

void write_request(JsonWriter& json, const ExchangeView& exchange) {
  const auto& request = exchange.request;
  const auto url = url_of(exchange);
  json.key("request").begin_object().member("method", request.method).member("url", url);
  if (!is_utf8(url)) json.member("_urlBase64", base64_encode(url));
  json.member("httpVersion", version_text(exchange, request, HarExtension::kRequestVersion));
  write_cookies(json, request, "cookie");
  write_headers(json, request);
  write_query(json, request.target);
  json.member("headersSize", -1).member("bodySize", request.body_length);
  if (!request.body.empty()) {
    const bool text = is_utf8(request.body);
    json.key("postData").begin_object().member("mimeType", header_value(request, "content-type"));
    json.member("text", text ? std::string(request.body) : base64_encode(request.body));
    if (!text) json.member("_encoding", "base64");
    json.end_object();
  }
  json.end_object();
}

void write_content(JsonWriter& json, const MessageView& response) {
  const bool text = is_utf8(response.body);
  json.key("content").begin_object().member("size", response.body_length);
  json.member("mimeType", header_value(response, "content-type"));
  if (!response.body.empty())
    json.member("text", text ? std::string(response.body) : base64_encode(response.body));
  if (!text) json.member("encoding", "base64");
  json.end_object();
}

/// Without an answer: status 0, as browsers' tools write it.
void write_response(JsonWriter& json, const ExchangeView& exchange) {
  static const MessageView kNone;
  const auto& response = exchange.has_response ? exchange.response : kNone;
  json.key("response").begin_object().member("status", response.status).member("statusText", response.reason);
  if (!is_utf8(response.reason)) json.member("_statusTextBase64", base64_encode(response.reason));
  json.member("httpVersion", version_text(exchange, response, HarExtension::kResponseVersion));
  write_cookies(json, response, "set-cookie");
  write_headers(json, response);
  write_content(json, response);
  json.member("redirectURL", header_value(response, "location"));
  json.member("headersSize", -1).member("bodySize", response.body_length).end_object();
}

double milliseconds(std::uint64_t from_ns, std::uint64_t to_ns) {
  return to_ns > from_ns ? static_cast<double>(to_ns - from_ns) / 1e6 : 0;
}

void write_timings(JsonWriter& json, const TimingsView& timings) {
  json.key("timings").begin_object().member("blocked", -1).member("dns", -1);
  if (timings.connected_ns != 0)
    json.member("connect", milliseconds(0, timings.connected_ns));
  else
    json.member("connect", -1);
  const auto told = timings_by_phases(timings);
  json.member("send", milliseconds(told.connected_ns, told.request_done_ns));
  json.member("wait", milliseconds(told.request_done_ns, told.first_byte_ns));
  json.member("receive", milliseconds(told.first_byte_ns, told.response_done_ns))
      .member("ssl", -1)
      .end_object();
}

}  // namespace

std::string har_prologue() {
  return "{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"understudy\",\"version\":"
         "\"" UNDERSTUDY_VERSION "\"},\"pages\":[],\"entries\":[\n";
}

std::string har_epilogue() { return "\n]}}\n"; }

std::string har_entry(const ExchangeView& exchange) {
  std::string text;
  JsonWriter json(text);
  const auto& timings = exchange.timings;
  const auto total_ns = std::max(
      {timings.connected_ns, timings.request_done_ns, timings.first_byte_ns, timings.response_done_ns});
  json.begin_object().member("startedDateTime", exact_wall_time(exchange.start_ns));
  json.member("time", milliseconds(0, total_ns));
  write_request(json, exchange);
  write_response(json, exchange);
  json.key("cache").begin_object().end_object();
  write_timings(json, timings);
  const auto connection = extension(exchange, HarExtension::kConnection);
  // Names of the source are never taken for numbers of ours.
  json.member("connection",
              connection.empty() ? "#" + std::to_string(exchange.connection_id) : std::string(connection));
  write_own_fields(json, exchange, url_of(exchange));
  json.end_object();
  return text;
}

}  // namespace understudy::capture
