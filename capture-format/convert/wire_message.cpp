#include "capture-format/convert/wire_message.hpp"

#include "capture-format/convert/bare_chunked.hpp"
#include "capture-format/convert/exchange_url.hpp"
#include "capture-format/convert/har_url.hpp"
#include "core/base/ascii.hpp"
#include "core/base/content_hash.hpp"
#include "core/http/chunked.hpp"
#include "core/http/grammar.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace understudy::capture {
namespace {

constexpr std::size_t kFieldsMax = 4096;

/// The next line without its end; nothing when there is no line feed any more.
std::optional<std::string_view> take_line(WireMessage& message, std::string_view& bytes) {
  const auto end = bytes.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  auto line = bytes.substr(0, end);
  bytes.remove_prefix(end + 1);
  if (line.ends_with('\r'))
    line.remove_suffix(1);
  else
    message.repaired("bare_line_feed");
  return line;
}

bool is_text(std::string_view value) {
  return std::none_of(value.begin(), value.end(), [](char c) { return c == '\r' || c == '\0'; });
}

Outcome<> read_fields(WireMessage& message, std::string_view& bytes) {
  while (true) {
    const auto line = take_line(message, bytes);
    if (!line) return Failure{"head_cut_off"};
    if (line->empty()) return {};
    const auto colon = line->find(':');
    const auto name = line->substr(0, colon);
    if (colon == std::string_view::npos || !http::is_token(name) || !is_text(*line))
      return Failure{"malformed_field"};
    if (message.view.headers.size() == kFieldsMax) return Failure{"too_many_fields"};
    message.view.headers.push_back({name, trim(line->substr(colon + 1))});
  }
}

bool is_sendable(std::string_view target) {
  return !target.empty() &&
         std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

void read_version(WireMessage& message, std::string_view text) {
  message.view.version = text == "HTTP/1.0" ? 10 : 11;
  if (text != "HTTP/1.0" && text != "HTTP/1.1") message.repaired("http_version_unknown");
}

Outcome<> read_request_line(WireMessage& message, std::string_view line) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last || !http::is_token(line.substr(0, first)))
    return Failure{"malformed_request_line"};
  auto& view = message.view;
  view.method = line.substr(0, first);
  read_version(message, line.substr(last + 1));
  const auto target = line.substr(first + 1, last - first - 1);
  const bool origin_form = target.starts_with('/');
  const bool authority_form = view.method == "CONNECT" && !origin_form && is_sendable(target);
  if (authority_form || target == "*") {
    view.target = target;
    if (authority_form) view.authority = target;
    return {};
  }
  if (!origin_form && target.find("://") == std::string_view::npos) return Failure{"malformed_request_line"};
  // A target with spaces or 8-bit bytes cannot be sent again as it stands; split_url escapes them.
  auto parts = split_url(origin_form ? "http://host" + std::string(target) : std::string(target));
  if (!parts) return Failure{"malformed_request_line"};
  if (parts->escaped) message.repaired("url_escaped");
  view.target = message.texts.emplace_back(std::move(parts->target));
  if (origin_form) return {};
  view.authority = message.texts.emplace_back(std::move(parts->authority));
  message.scheme = std::move(parts->scheme);
  return {};
}

Outcome<> read_status_line(WireMessage& message, std::string_view line) {
  if (!line.starts_with("HTTP/")) return Failure{"malformed_status_line"};
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return Failure{"malformed_status_line"};
  read_version(message, line.substr(0, space));
  line.remove_prefix(space + 1);
  const auto digits = line.substr(0, line.find(' '));
  auto& view = message.view;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), view.status);
  if (error != std::errc() || end != digits.data() + digits.size() || digits.size() != 3 || view.status < 100)
    return Failure{"malformed_status_line"};
  if (line.size() > digits.size()) view.reason = line.substr(digits.size() + 1);
  if (!is_text(view.reason)) return Failure{"malformed_status_line"};
  return {};
}

void read_chunked_body(WireMessage& message, std::string_view bytes) {
  http::Limits limits;
  limits.chunk_extension_bytes = limits.trailer_bytes = bytes.size() + 1;
  http::ChunkedDecoder decoder(limits);
  auto& body = message.texts.emplace_back();
  while (true) {
    const auto step = decoder.step(bytes);
    if (!step && body.empty())
      if (auto bare = decode_bare_chunked(bytes)) {
        message.repaired("bare_line_feed");
        body = std::move(bare->body);
        message.set_body(body);
        message.rest = bytes.substr(bare->consumed);
        return;
      }
    if (!step || (step->consumed == 0 && !step->complete)) {
      message.repaired("chunked_body_cut_off");
      message.set_cut_body(body, body.size());
      message.rest = {};
      return;
    }
    body += step->data;
    bytes.remove_prefix(step->consumed);
    if (!step->complete) continue;
    for (const auto field : decoder.trailers())
      message.view.trailers.push_back(
          {message.texts.emplace_back(field.name), message.texts.emplace_back(field.value)});
    message.set_body(body);
    message.rest = bytes;
    return;
  }
}

void read_body(WireMessage& message, std::string_view bytes) {
  message.rest = bytes;
  if (is_chunked(message.view)) return read_chunked_body(message, bytes);
  const auto length = header_value(message.view, "content-length");
  std::uint64_t announced = 0;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), announced);
  if (length.empty() || error != std::errc() || end != length.data() + length.size()) {
    message.unframed = true;
    return;
  }
  if (announced > bytes.size()) {
    message.repaired("body_shorter_than_its_length");
    message.set_cut_body(bytes, announced);
    message.rest = {};
    return;
  }
  message.set_body(bytes.substr(0, announced));
  message.rest = bytes.substr(announced);
}

}  // namespace

void WireMessage::repaired(std::string_view what) {
  if (std::find(repairs.begin(), repairs.end(), what) == repairs.end()) repairs.push_back(what);
}

void WireMessage::set_body(std::string_view bytes) {
  view.body = bytes;
  view.body_length = bytes.size();
  view.body_hash = content_hash(bytes);
  view.truncation = Truncation::none;
}

void WireMessage::set_cut_body(std::string_view bytes, std::uint64_t true_length) {
  view.body = bytes;
  view.body_length = true_length;
  view.body_hash = 0;
  view.truncation = Truncation::disconnect;
}

bool is_chunked(const MessageView& message) noexcept {
  std::string_view last;
  for (const auto& [name, value] : message.headers)
    if (iequals(name, "transfer-encoding"))
      for_each_list_element(value, [&last](std::string_view coding) { last = coding; });
  return iequals(last, "chunked");
}

bool is_bodyless(std::string_view request_method, std::uint32_t status) noexcept {
  return request_method == "HEAD" || status < 200 || status == 204 || status == 304;
}

Outcome<WireMessage> read_wire_request(std::string_view bytes) {
  WireMessage message;
  const auto line = take_line(message, bytes);
  if (!line) return Failure{"head_cut_off"};
  if (auto read = read_request_line(message, *line); !read) return read.error();
  if (auto read = read_fields(message, bytes); !read) return read.error();
  if (message.view.authority.empty()) message.view.authority = header_value(message.view, "host");
  read_body(message, bytes);
  return message;
}

Outcome<WireMessage> read_wire_response(std::string_view bytes, std::string_view request_method) {
  while (true) {
    WireMessage message;
    const auto line = take_line(message, bytes);
    if (!line) return Failure{"head_cut_off"};
    if (auto read = read_status_line(message, *line); !read) return read.error();
    if (auto read = read_fields(message, bytes); !read) return read.error();
    const auto status = message.view.status;
    if (status < 200 && status != 101 && bytes.starts_with("HTTP/")) continue;
    if (is_bodyless(request_method, status)) {
      message.set_body({});
      message.rest = bytes;
    } else {
      read_body(message, bytes);
    }
    return message;
  }
}

}  // namespace understudy::capture
