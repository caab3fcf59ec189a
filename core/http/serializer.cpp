#include "core/http/serializer.hpp"

#include "core/http/append.hpp"
#include "core/http/forward.hpp"
#include "core/http/framing_rules.hpp"
#include "core/http/grammar.hpp"
namespace understudy::http {
namespace {

void append_fields(std::string& out, const Fields& fields) { out.append(fields.lines(0, fields.size())); }

// Whole messages may stem from imported files. A field that would break out of its line is left out: it could
// smuggle a second request past the guard.
bool is_safe(const Field& field) noexcept { return is_token(field.name) && is_field_value(field.value); }

// The end-to-end fields of a recorded message, without what `to_wire` decides itself.
Fields end_to_end_fields(const Fields& fields) {
  Fields kept = fields;
  remove_hop_by_hop(kept);
  kept.retain([](const Field& field) { return is_safe(field) && !iequals(field.name, "Trailer"); });
  return kept;
}

// The same care for the start line: a byte that could end a token or the line does not get through.
void append_token(std::string& out, std::string_view text) {
  for (const char c : text)
    if (is_token_char(c)) out.push_back(c);
}

void append_target(std::string& out, std::string_view target) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  if (target.empty()) out.push_back('/');
  for (const char c : target) {
    if (is_target_char(c)) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
  }
}

// Body with its framing fields: Content-Length, or chunked where trailers have to follow.
void append_framed_body(std::string& out, std::string_view body, const Fields& trailers) {
  if (trailers.empty()) {
    append_content_length(out, body.size());
    out.append("\r\n").append(body);
    return;
  }
  out.append("Transfer-Encoding: chunked\r\n\r\n");
  append_chunk(out, body);
  append_last_chunk(out, end_to_end_fields(trailers));
}

// Methods whose requests say "Content-Length: 0" when they have no content (RFC 9110 §8.6).
bool anticipates_content(std::string_view method) noexcept {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

}  // namespace

void append_head(std::string& out, const RequestHead& head) {
  out.append(head.method).append(" ").append(head.target).append(" HTTP/1.1\r\n");
  append_fields(out, head.fields);
  out.append("\r\n");
}

void append_head(std::string& out, const ResponseHead& head) {
  append_status_line(out, head.status, head.reason);
  append_fields(out, head.fields);
  out.append("\r\n");
}

void append_chunk(std::string& out, std::string_view data) {
  if (data.empty()) return;
  append_number(out, data.size(), 16);
  out.append("\r\n").append(data).append("\r\n");
}

void append_last_chunk(std::string& out, const Fields& trailers) {
  out.append("0\r\n");
  append_fields(out, trailers);
  out.append("\r\n");
}

std::string to_wire(const Request& request, std::string_view host) {
  std::string out;
  out.reserve(request.head.fields.size_bytes() + request.body.size() + request.head.target.size() + 256);
  append_token(out, request.head.method);
  out.push_back(' ');
  append_target(out, request.head.target);
  out.append(" HTTP/1.1\r\n");
  auto fields = end_to_end_fields(request.head.fields);
  fields.erase("Expect");  // the body follows at once, whatever the recorded client did
  if (!fields.contains("Host")) append_field(out, "Host", host);
  append_fields(out, fields);
  if (request.body.empty() && request.trailers.empty() && !anticipates_content(request.head.method))
    return out.append("\r\n");
  append_framed_body(out, request.body, request.trailers);
  return out;
}

std::string to_wire(const Response& response, bool head_request, bool keep_alive) {
  const auto status = response.head.status;
  const auto& recorded = response.head.fields;
  std::string out;
  out.reserve(recorded.size_bytes() + response.body.size() + 256);
  append_status_line(out, status, is_field_value(response.head.reason) ? response.head.reason : "");
  append_fields(out, end_to_end_fields(recorded));
  if (!keep_alive) append_field(out, "Connection", "close");
  if (!head_request && !never_has_body("GET", status)) {
    append_framed_body(out, response.body, response.trailers);
    return out;
  }
  // RFC 9110 §8.6: none in 1xx and 204; in answers to HEAD and in 304 what a GET would have had.
  if (status / 100 != 1 && status != 204) {
    FramingFields framing;
    if (const auto length = recorded.find("Content-Length")) {
      if (note_content_length(*length, framing)) append_content_length(out, *framing.content_length);
    } else if (head_request && !response.body.empty()) {
      append_content_length(out, response.body.size());
    }
  }
  return out.append("\r\n");
}

}  // namespace understudy::http
