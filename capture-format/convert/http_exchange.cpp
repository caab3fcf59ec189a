#include "capture-format/convert/http_exchange.hpp"

#include "core/base/ascii.hpp"
#include "core/base/content_hash.hpp"

#include <algorithm>
#include <utility>

namespace understudy::capture {
namespace {

/// A source may carry HTTP/2 pseudo-fields (":path"); they are no field names in HTTP/1.1.
bool is_sendable_name(std::string_view name) noexcept { return !name.empty() && name.front() != ':'; }

void copy_fields(const std::vector<HeaderView>& from, http::Fields& to) {
  for (const auto& [name, value] : from)
    if (is_sendable_name(name)) to.add(name, value);
}

/// A decoded body has neither the coding nor the length that the recorded fields tell of.
void copy_fields(const MessageView& message, http::Fields& to) {
  if (!message.content_decoded) return copy_fields(message.headers, to);
  for (const auto& [name, value] : message.headers) {
    if (!is_sendable_name(name) || iequals(name, "content-encoding")) continue;
    to.add(name, iequals(name, "content-length") ? std::to_string(message.body.size()) : std::string(value));
  }
}

http::Version version_of(std::uint32_t version) noexcept {
  return version == 10 ? http::Version::http_1_0 : http::Version::http_1_1;
}

std::uint32_t version_number(http::Version version) noexcept {
  return version == http::Version::http_1_0 ? 10 : 11;
}

void add_views(const http::Fields& from, std::vector<HeaderView>& to) {
  to.reserve(from.size());
  for (const auto field : from) to.push_back({field.name, field.value});
}

void add_body(const std::string& body, MessageView& view) {
  view.body = body;
  view.body_length = body.size();
  view.body_hash = content_hash(body);
}

/// As new, but for the memory of its lists.
void clear(MessageView& view) {
  auto headers = std::move(view.headers);
  auto trailers = std::move(view.trailers);
  headers.clear();
  trailers.clear();
  view = MessageView{};
  view.headers = std::move(headers);
  view.trailers = std::move(trailers);
}

/// Browsers' tools put the cached content below a 304: it was never sent.
bool has_body(unsigned status) noexcept { return status >= 200 && status != 204 && status != 304; }

}  // namespace

http::Request to_http_request(const MessageView& message) {
  http::Request request;
  request.head.method = message.method;
  request.head.target = message.target;
  request.head.version = version_of(message.version);
  const bool has_host = std::any_of(message.headers.begin(), message.headers.end(),
                                    [](const HeaderView& header) { return iequals(header.name, "host"); });
  if (!has_host && !message.authority.empty()) request.head.fields.add("Host", message.authority);
  copy_fields(message, request.head.fields);
  request.body = message.body;
  copy_fields(message.trailers, request.trailers);
  return request;
}

http::Response to_http_response(const MessageView& message) {
  http::Response response;
  response.head.status = message.status;
  response.head.reason = message.reason;
  response.head.version = version_of(message.version);
  copy_fields(message, response.head.fields);
  if (has_body(message.status)) response.body = message.body;
  copy_fields(message.trailers, response.trailers);
  return response;
}

void assign_view(MessageView& view, const http::Request& request) {
  clear(view);
  view.method = request.head.method;
  view.target = request.head.target;
  view.authority = request.head.fields.find("Host").value_or(std::string_view());
  view.version = version_number(request.head.version);
  add_views(request.head.fields, view.headers);
  add_body(request.body, view);
  add_views(request.trailers, view.trailers);
}

void assign_view(MessageView& view, const http::Response& response) {
  clear(view);
  view.status = response.head.status;
  view.reason = response.head.reason;
  view.version = version_number(response.head.version);
  add_views(response.head.fields, view.headers);
  add_body(response.body, view);
  add_views(response.trailers, view.trailers);
}

MessageView to_view(const http::Request& request) {
  MessageView view;
  assign_view(view, request);
  return view;
}

MessageView to_view(const http::Response& response) {
  MessageView view;
  assign_view(view, response);
  return view;
}

}  // namespace understudy::capture
