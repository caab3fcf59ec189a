#include "capture-format/convert/gor_export.hpp"

#include "capture-format/convert/exchange_url.hpp"
#include "capture-format/convert/gor_format.hpp"
#include "capture-format/convert/har_entry.hpp"
#include "capture-format/convert/har_url.hpp"
#include "capture-format/convert/sendable.hpp"
#include "capture-format/convert/wire_message.hpp"

#include <algorithm>
#include <iterator>
#include <string>

#include <fmt/format.h>

namespace understudy::capture {
namespace {

std::string_view version_text(const MessageView& message) {
  return message.version == 10 ? "HTTP/1.0" : "HTTP/1.1";
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

bool is_pseudo_field(std::string_view name) noexcept { return name.empty() || name.front() == ':'; }

/// What the fields have to say so that a reader finds the body that stands there.
struct Framing {
  bool chunked = false;
  bool bodyless = false;
  bool corrects_length = false;  ///< the announced length is not that of the recorded body
  bool adds_length = false;      ///< without one the body could not be told from the next record
  bool drops_coding = false;     ///< the body is decoded
};

Framing framing_of(const MessageView& message, bool bodyless) {
  Framing framing;
  framing.bodyless = bodyless;
  framing.chunked = is_chunked(message);
  framing.drops_coding = message.content_decoded;
  const auto announced = header_value(message, "content-length");
  const bool whole = has_whole_body(message) && !bodyless && !framing.chunked;
  framing.corrects_length = whole && !announced.empty() && announced != std::to_string(message.body.size());
  framing.adds_length = whole && announced.empty() && find_gor_record(message.body) != message.body.size();
  return framing;
}

void append_chunked(std::string& out, const MessageView& message) {
  if (!message.body.empty())
    fmt::format_to(std::back_inserter(out), "{:x}\r\n{}\r\n", message.body.size(), message.body);
  // Without the last chunk a reader sees that the body was cut.
  if (!has_whole_body(message)) return;
  out += "0\r\n";
  for (const auto& [name, value] : message.trailers) append_field(out, name, value);
  out += "\r\n";
}

void append_message(std::string& out, const MessageView& message, const Framing& framing) {
  for (const auto& [name, value] : message.headers) {
    if (is_pseudo_field(name) || (framing.drops_coding && iequals(name, "content-encoding"))) continue;
    if (framing.corrects_length && iequals(name, "content-length"))
      append_field(out, name, std::to_string(message.body.size()));
    else
      append_field(out, name, value);
  }
  if (framing.adds_length) append_field(out, "Content-Length", std::to_string(message.body.size()));
  out += "\r\n";
  if (framing.bodyless) return;
  if (framing.chunked)
    append_chunked(out, message);
  else
    out += message.body;
}

bool has_host(const MessageView& request) {
  return std::any_of(request.headers.begin(), request.headers.end(),
                     [](const HeaderView& header) { return iequals(header.name, "host"); });
}

/// In absolute form where Host says something else than the target did.
std::string target_of(const ExchangeView& exchange) {
  const auto& request = exchange.request;
  const bool origin_form = request.target.starts_with('/');
  if (!origin_form || request.authority.empty() || !has_host(request) ||
      header_value(request, "host") == request.authority)
    return std::string(request.target);
  const auto scheme = extension(exchange, HarExtension::kScheme);
  return join_url(scheme.empty() ? "http" : scheme, request.authority, request.target);
}

void append_request(std::string& out, const ExchangeView& exchange, std::string_view id) {
  const auto& request = exchange.request;
  fmt::format_to(std::back_inserter(out), "1 {} {} {}\n{} {} {}\r\n", id, exchange.start_ns,
                 exchange.timings.request_done_ns, request.method, target_of(exchange),
                 version_text(request));
  if (!has_host(request) && !request.authority.empty()) append_field(out, "Host", request.authority);
  append_message(out, request, framing_of(request, false));
}

void append_response(std::string& out, const ExchangeView& exchange, std::string_view id) {
  const auto& response = exchange.response;
  const auto& timings = exchange.timings;
  const auto took = timings.response_done_ns - std::min(timings.first_byte_ns, timings.response_done_ns);
  fmt::format_to(std::back_inserter(out), "2 {} {} {}\n{} {} {}\r\n", id,
                 exchange.start_ns + timings.first_byte_ns, took, version_text(response), response.status,
                 response.reason);
  append_message(out, response, framing_of(response, is_bodyless(exchange.request.method, response.status)));
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

void GorExporter::note_message_losses(const MessageView& message, bool bodyless) {
  const auto framing = framing_of(message, bodyless);
  const auto any = [&message](auto&& holds) {
    return std::any_of(message.headers.begin(), message.headers.end(), holds);
  };
  if (message.content_decoded) lost("body_was_decoded");
  if (bodyless && !message.body.empty()) lost("body_of_bodyless_response");
  if (!bodyless && !has_whole_body(message)) lost("body_not_recorded");
  if (framing.corrects_length && !message.content_decoded) lost("content_length_corrected");
  if (framing.adds_length) lost("content_length_added");
  if (!message.trailers.empty() && (bodyless || !framing.chunked)) lost("trailers");
  if (any([](const HeaderView& header) { return is_pseudo_field(header.name); })) lost("pseudo_fields");
  if (any([](const HeaderView& header) { return trim(header.value) != header.value; }))
    lost("spaces_around_field_values");
}

void GorExporter::note_losses(const ExchangeView& exchange) {
  const auto& request = exchange.request;
  const auto& timings = exchange.timings;
  note_message_losses(request, false);
  if (exchange.has_response)
    note_message_losses(exchange.response, is_bodyless(request.method, exchange.response.status));
  if (extension(exchange, HarExtension::kScheme) == "https") lost("scheme_https");
  if (!extension(exchange, HarExtension::kUrl).empty()) lost("exact_url");
  if (!extension(exchange, HarExtension::kRequestVersion).empty() ||
      !extension(exchange, HarExtension::kResponseVersion).empty())
    lost("http_version");
  if (!has_host(request) && !request.authority.empty()) lost("host_field_added");
  if (timings.connected_ns != 0) lost("time_to_connect");
  if (!exchange.has_response && timings.first_byte_ns + timings.response_done_ns != 0) lost("time_to_fail");
  if (exchange.fate != Fate::ok) lost("fate");
  if (exchange.session_key != 0) lost("session_key");
  if (exchange.stream_id != 0 || !exchange.trace_id.empty()) lost("stream_and_trace_ids");
  if (!exchange.mirrors.empty()) lost("mirror_outcomes");
}

}  // namespace understudy::capture
