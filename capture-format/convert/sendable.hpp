// What exports that send a request again leave to the sending tool.
#pragma once

#include "capture-format/record.hpp"
#include "core/base/ascii.hpp"

#include <string_view>

namespace understudy::capture {

/// Framing and connection fields: the sender makes its own. Also pseudo-fields of HTTP/2 (":path").
constexpr bool is_senders_business(std::string_view name) noexcept {
  constexpr std::string_view kNames[] = {
      "Connection", "Content-Length",    "Keep-Alive",         "Expect", "Proxy-Connection", "TE", "Trailer",
      "Upgrade",    "Transfer-Encoding", "Proxy-Authorization"};
  if (name.empty() || name.front() == ':') return true;
  for (const auto each : kNames)
    if (iequals(name, each)) return true;
  return false;
}

/// The whole body is there.
inline bool has_whole_body(const MessageView& message) noexcept {
  return message.truncation == Truncation::none && message.body_length == message.body.size();
}

}  // namespace understudy::capture
