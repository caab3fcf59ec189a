// Messages for the scrubber's tests, and a scrubber with a fixed key.
#pragma once

#include "core/http/message.hpp"
#include "core/scrub/scrubber.hpp"
#include "core/scrub/tokens.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace understudy::scrub {

inline Options fixed_options() {
  Options options;
  for (std::size_t i = 0; i < options.key.size(); ++i) options.key[i] = static_cast<std::uint8_t>(i * 7 + 1);
  return options;
}

inline const Tokens& tokens() {
  static const Tokens made(fixed_options().key);
  return made;
}

/// What becomes of ann@example.com.
inline const std::string kEmail = tokens().email("ann@example.com");

inline const Scrubber& scrubber() {
  static const Scrubber made(fixed_options());
  return made;
}

inline http::Request get(std::string target) {
  http::Request request;
  request.head.method = "GET";
  request.head.target = std::move(target);
  return request;
}

inline http::Request with_body(std::string type, std::string body) {
  http::Request request;
  request.head.method = "POST";
  request.head.target = "/";
  if (!type.empty()) request.head.fields.add("Content-Type", type);
  request.head.fields.add("Content-Length", std::to_string(body.size()));
  request.body = std::move(body);
  return request;
}

inline Report<http::Request> scrub_body_of(std::string type, std::string body) {
  return scrubber().scrub(with_body(std::move(type), std::move(body)));
}

inline std::string scrubbed_json(std::string body) {
  return scrub_body_of("application/json", std::move(body)).message->body;
}

inline std::string scrubbed_target(std::string target) {
  return scrubber().scrub(get(std::move(target))).message->head.target;
}

inline std::string scrubbed_field(std::string_view name, std::string_view value) {
  auto request = get("/");
  request.head.fields.add(name, value);
  const auto report = scrubber().scrub(std::move(request));
  return std::string((*report.message).head.fields[0].value);
}

inline std::uint32_t hits(const std::vector<Hit>& hits, std::string_view detector) {
  for (const auto& hit : hits)
    if (hit.detector == detector) return hit.count;
  return 0;
}

}  // namespace understudy::scrub
