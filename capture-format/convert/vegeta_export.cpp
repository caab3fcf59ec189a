#include "capture-format/convert/vegeta_export.hpp"

#include "capture-format/convert/base64.hpp"
#include "capture-format/convert/exchange_url.hpp"
#include "capture-format/convert/json_writer.hpp"
#include "capture-format/convert/sendable.hpp"

#include <algorithm>

namespace understudy::capture {
namespace {

bool already_written(const MessageView& request, const HeaderView& header) {
  for (const auto& earlier : request.headers) {
    if (&earlier == &header) return false;
    if (iequals(earlier.name, header.name)) return true;
  }
  return false;
}

void write_sent_headers(JsonWriter& json, const MessageView& request) {
  json.key("header").begin_object();
  for (const auto& header : request.headers) {
    const bool stale = request.content_decoded && iequals(header.name, "content-encoding");
    if (stale || is_senders_business(header.name) || already_written(request, header)) continue;
    json.key(header.name).begin_array();
    for (const auto& other : request.headers)
      if (iequals(other.name, header.name)) json.value(other.value);
    json.end_array();
  }
  json.end_object();
}

}  // namespace

std::string_view VegetaExporter::write(std::string& out, const ExchangeView& exchange) {
  const auto& request = exchange.request;
  if (!has_whole_body(request)) return "body_not_recorded";
  const bool texts = std::all_of(request.headers.begin(), request.headers.end(),
                                 [](const HeaderView& header) { return is_utf8(header.value); });
  if (!texts) lost("header_not_utf8");
  JsonWriter json(out);
  json.begin_object().member("method", request.method).member("url", url_of(exchange));
  write_sent_headers(json, request);
  if (!request.body.empty()) json.member("body", base64_encode(request.body));
  json.end_object();
  out += '\n';
  return {};
}

}  // namespace understudy::capture
