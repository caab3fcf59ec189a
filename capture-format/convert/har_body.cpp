#include "capture-format/convert/har_body.hpp"

#include "capture-format/convert/base64.hpp"
#include "capture-format/convert/har_url.hpp"
#include "capture-format/convert/json_access.hpp"
#include "core/base/ascii.hpp"
#include "core/base/content_hash.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

namespace understudy::capture {
namespace {

namespace json = boost::json;

constexpr double kBodyBytesBelievable = 1e15;

std::string_view header(const MessageView& message, std::string_view name) noexcept {
  for (const auto& field : message.headers)
    if (iequals(field.name, name)) return field.value;
  return {};
}

void set_body(HarExchange& exchange, MessageView& message, std::string body) {
  message.body = exchange.keep(std::move(body));
  message.body_length = message.body.size();
  message.body_hash = content_hash(message.body);
}

/// The body was there, but is not in the file.
void set_missing(HarExchange& exchange, MessageView& message, double length, std::string_view repair) {
  exchange.repaired(repair);
  message.truncation = Truncation::policy;
  message.body_length = length > 0 && length < kBodyBytesBelievable ? static_cast<std::uint64_t>(length) : 0;
}

std::string form(const json::array& params, std::string (*encode)(std::string_view)) {
  std::string text;
  for (const auto& item : params) {
    const auto* param = item.if_object();
    if (param == nullptr) continue;
    if (!text.empty()) text += '&';
    text += encode(scalar_text(*param, "name")) + '=' + encode(scalar_text(*param, "value"));
  }
  return text;
}

/// Some tools take a body of JSON for a form, too: what it was cannot be told from that.
bool is_form(const json::array& params) {
  return std::none_of(params.begin(), params.end(), [](const json::value& item) {
    const auto* param = item.if_object();
    const auto* value = param == nullptr ? nullptr : member_or_null(*param, "value");
    return value != nullptr && (value->is_object() || value->is_array());
  });
}

/// Clients encode forms in several ways: the one whose length is the Content-Length was it.
std::string form_from_params(const json::array& params, std::string_view content_length) {
  using Encode = std::string (*)(std::string_view);
  const Encode with_plus = [](std::string_view text) { return encode_form_text(text, true); };
  const Encode with_escapes = [](std::string_view text) { return encode_form_text(text, false); };
  const Encode as_it_is = [](std::string_view text) { return std::string(text); };
  for (const auto encode : {with_plus, with_escapes, as_it_is}) {
    auto text = form(params, encode);
    if (std::to_string(text.size()) == content_length) return text;
  }
  return form(params, with_plus);
}

/// Text; or what some tools put there already parsed.
std::optional<std::string> body_text(HarExchange& exchange, const json::object& source) {
  const auto* value = member_or_null(source, "text");
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (const auto* text = value->if_string()) return std::string(text->data(), text->size());
  exchange.repaired("body_was_no_text");
  return json::serialize(*value);
}

bool is_base64(const json::object& source) {
  return iequals(text_or_empty(source, "encoding"), "base64") ||
         iequals(text_or_empty(source, "_encoding"), "base64");
}

/// What the source says, else what was announced on the wire; 0 or less when neither says anything.
double announced_size(std::optional<double> size, const MessageView& message) {
  if (size.value_or(0) > 0) return *size;
  const auto length = header(message, "content-length");
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), number);
  const bool whole = !length.empty() && error == std::errc() && end == length.data() + length.size();
  return whole ? static_cast<double>(number) : -1;
}

}  // namespace

void read_request_body(HarExchange& exchange, const json::object& source) {
  auto& request = exchange.view.request;
  const auto size = announced_size(number_or_none(source, "bodySize"), request);
  const auto* data = object_or_null(source, "postData");
  auto text = data == nullptr ? std::string() : body_text(exchange, *data).value_or(std::string());
  if (data != nullptr && is_base64(*data)) {
    if (auto bytes = base64_decode(text))
      set_body(exchange, request, std::move(*bytes));
    else
      set_missing(exchange, request, size, "request_base64_broken");
  } else if (!text.empty()) {
    set_body(exchange, request, std::move(text));
  } else if (data != nullptr && !array_or_empty(*data, "params").empty()) {
    const auto type = header(request, "content-type");
    const auto media = to_lower(type.empty() ? text_or_empty(*data, "mimeType") : type);
    if (media.starts_with("multipart/"))
      return set_missing(exchange, request, size, "multipart_body_missing");
    if (!is_form(array_or_empty(*data, "params")))
      return set_missing(exchange, request, size, "request_body_missing");
    exchange.repaired("body_from_params");
    set_body(exchange, request,
             form_from_params(array_or_empty(*data, "params"), header(request, "content-length")));
  } else if (size > 0) {
    set_missing(exchange, request, size, "request_body_missing");
  } else {
    set_body(exchange, request, {});
  }
  request.content_decoded = !request.body.empty() && !header(request, "content-encoding").empty();
}

void read_response_body(HarExchange& exchange, const json::object& source) {
  auto& response = exchange.view.response;
  const auto* content = object_or_null(source, "content");
  const auto size = content == nullptr ? -1 : number_or_none(*content, "size").value_or(-1);
  const auto text = content == nullptr ? std::nullopt : body_text(exchange, *content);
  const bool has_body = exchange.view.request.method != "HEAD" && response.status >= 200 &&
                        response.status != 204 && response.status != 304;
  if (text && !text->empty()) {
    auto bytes = is_base64(*content) ? base64_decode(*text) : std::string(*text);
    if (!bytes) return set_missing(exchange, response, size, "response_base64_broken");
    if (!has_body) exchange.repaired("body_of_bodyless_response");
    if (static_cast<double>(bytes->size()) != size && size >= 0) exchange.repaired("body_size_differs");
    set_body(exchange, response, std::move(*bytes));
  } else if (has_body && size > 0) {
    set_missing(exchange, response, size, "response_body_missing");
  } else if (has_body && !text && announced_size(size, response) > 0) {
    set_missing(exchange, response, announced_size(size, response), "response_body_missing");
  } else {
    set_body(exchange, response, {});
  }
  response.content_decoded = !response.body.empty() && !header(response, "content-encoding").empty();
}

}  // namespace understudy::capture
