#include "capture-format/convert/gor_export.hpp"

#include "capture-format/convert/gor_format.hpp"
#include "capture-format/convert/har_entry.hpp"
#include "capture-format/convert/sendable.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace understudy::capture {
namespace {

std::string_view version_text(const MessageView& message) {
  return message.version == 10 ? "HTTP/1.0" : "HTTP/1.1";
}

bool is_chunked(const MessageView& message) {
  return std::any_of(message.headers.begin(), message.headers.end(), [](const HeaderView& header) {
    return iequals(header.name, "transfer-encoding") && iequals(trim(header.value), "chunked");
  });
}

void append_fields(std::string& out, const std::vector<HeaderView>& fields) {
  for (const auto& [name, value] : fields) out.append(name).append(": ").append(value).append("\r\n");
}

void append_chunked(std::string& out, const MessageView& message) {
  if (!message.body.empty())
    fmt::format_to(std::back_inserter(out), "{:x}\r\n{}\r\n", message.body.size(), message.body);
  // Without the last chunk a reader sees that the body was cut.
  if (!has_whole_body(message)) return;
  out += "0\r\n";
  append_fields(out, message.trailers);
  out += "\r\n";
}

void append_message(std::string& out, const MessageView& message) {
  append_fields(out, message.headers);
  out += "\r\n";
  if (is_chunked(message))
    append_chunked(out, message);
  else
    out += message.body;
}

void append_request(std::string& out, const ExchangeView& exchange, std::string_view id) {
  const auto& request = exchange.request;
  fmt::format_to(std::back_inserter(out), "1 {} {} {}\n{} {} {}\r\n", id, exchange.start_ns,
                 exchange.timings.request_done_ns, request.method, request.target, version_text(request));
  const bool has_host = std::any_of(request.headers.begin(), request.headers.end(),
                                    [](const HeaderView& header) { return iequals(header.name, "host"); });
  if (!has_host && !request.authority.empty()) out.append("Host: ").append(request.authority).append("\r\n");
  append_message(out, request);
}

void append_response(std::string& out, const ExchangeView& exchange, std::string_view id) {
  const auto& response = exchange.response;
  const auto& timings = exchange.timings;
  const auto took = timings.response_done_ns - std::min(timings.first_byte_ns, timings.response_done_ns);
  fmt::format_to(std::back_inserter(out), "2 {} {} {}\n{} {} {}\r\n", id,
                 exchange.start_ns + timings.first_byte_ns, took, version_text(response), response.status,
                 response.reason);
  append_message(out, response);
}

/// The record ends with the separator, the last one of a file too.
bool end_record(std::string& out, std::size_t begin) {
  if (std::string_view(out).substr(begin).find(kGorSeparator) != std::string_view::npos) return false;
  out.append("\n").append(kGorSeparator).append("\n");
  return true;
}

}  // namespace

std::string_view GorExporter::write(std::string& out, const ExchangeView& exchange) {
  const auto begin = out.size();
  const auto id = fmt::format("{:016x}{:08x}", exchange.connection_id, exchange.connection_sequence);
  append_request(out, exchange, id);
  bool whole = end_record(out, begin);
  if (whole && exchange.has_response) {
    const auto response_begin = out.size();
    append_response(out, exchange, id);
    whole = end_record(out, response_begin);
  }
  if (!whole) {
    out.resize(begin);
    return "holds_the_separator";
  }
  note_losses(exchange);
  return {};
}

void GorExporter::note_losses(const ExchangeView& exchange) {
  if (extension(exchange, HarExtension::kScheme) == "https") lost("scheme_https");
  if (!has_whole_body(exchange.request) || (exchange.has_response && !has_whole_body(exchange.response)))
    lost("body_not_recorded");
  if (exchange.request.content_decoded || exchange.response.content_decoded) lost("body_was_decoded");
}

}  // namespace understudy::capture
