#include "capture-format/convert/ndjson_export.hpp"

#include "capture-format/convert/base64.hpp"
#include "capture-format/convert/json_writer.hpp"
#include "capture-format/layout/record_names.hpp"
#include "capture-format/layout/wall_time.hpp"

#include <fmt/format.h>

namespace understudy::capture {
namespace {

void write_any_bytes(JsonWriter& json, std::string_view key, std::string_view bytes) {
  json.member(key, bytes);
  if (!is_utf8(bytes)) json.member(fmt::format("{}_base64", key), base64_encode(bytes));
}

void write_fields(JsonWriter& json, std::string_view key, const std::vector<HeaderView>& fields) {
  json.key(key).begin_array();
  for (const auto& [name, value] : fields) {
    json.begin_object();
    write_any_bytes(json, "name", name);
    write_any_bytes(json, "value", value);
    json.end_object();
  }
  json.end_array();
}

void write_message(JsonWriter& json, const MessageView& message) {
  json.member("version", message.version == 10 ? "1.0" : "1.1");
  write_fields(json, "headers", message.headers);
  if (is_utf8(message.body))
    json.member("body", message.body);
  else
    json.member("body_base64", base64_encode(message.body));
  if (!message.trailers.empty()) write_fields(json, "trailers", message.trailers);
  json.member("body_length", message.body_length)
      .member("body_xxh64", fmt::format("{:016x}", message.body_hash));
  json.member("truncation", name_of(message.truncation)).member("content_decoded", message.content_decoded);
}

void write_request(JsonWriter& json, const MessageView& request) {
  json.key("request").begin_object();
  write_any_bytes(json, "method", request.method);
  write_any_bytes(json, "authority", request.authority);
  write_any_bytes(json, "target", request.target);
  write_message(json, request);
  json.end_object();
}

void write_response(JsonWriter& json, const MessageView& response) {
  json.key("response").begin_object().member("status", response.status);
  write_any_bytes(json, "reason", response.reason);
  write_message(json, response);
  json.end_object();
}

void write_provenance(JsonWriter& json, const ExchangeView& exchange) {
  json.key("mirrors").begin_array();
  for (const auto& mirror : exchange.mirrors) {
    json.begin_object().member("target", mirror.target).member("outcome", name_of(mirror.outcome));
    json.member("reason", mirror.reason).end_object();
  }
  json.end_array();
  json.key("scrub").begin_object().member("state", name_of(exchange.scrub.state));
  json.member("policy", exchange.scrub.policy).member("redactions", exchange.scrub.redactions);
  json.key("hits").begin_object();
  for (const auto& hit : exchange.scrub.hits) json.member(hit.rule, hit.count);
  json.end_object().end_object();
  json.key("extensions").begin_object();
  for (const auto& [key, value] : exchange.extensions) json.member(key, value);
  json.end_object();
}

}  // namespace

std::string exchange_as_json(const ExchangeView& exchange) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().member("id", exchange.id).member("start", exact_wall_time(exchange.start_ns));
  json.member("start_ns", exchange.start_ns).member("connection_id", exchange.connection_id);
  json.member("connection_sequence", exchange.connection_sequence).member("stream_id", exchange.stream_id);
  json.member("session_key", fmt::format("{:016x}", exchange.session_key))
      .member("fate", name_of(exchange.fate));
  write_request(json, exchange.request);
  if (exchange.has_response)
    write_response(json, exchange.response);
  else
    json.key("response").raw("null");
  const auto& timings = exchange.timings;
  json.key("timings").begin_object().member("request_done_ns", timings.request_done_ns);
  json.member("connected_ns", timings.connected_ns).member("first_byte_ns", timings.first_byte_ns);
  json.member("response_done_ns", timings.response_done_ns).end_object();
  write_provenance(json, exchange);
  json.end_object();
  return text + '\n';
}

}  // namespace understudy::capture
