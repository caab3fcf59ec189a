// What forwarding a request and forwarding a response have in common.
#pragma once

#include "core/http/append.hpp"
#include "core/http/framing.hpp"
#include "core/http/message.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace understudy::http {

inline constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

inline std::size_t last_index_of(const Fields& fields, std::string_view name) noexcept {
  for (std::size_t at = fields.size(); at-- > 0;)
    if (iequals(fields[at].name, name)) return at;
  return kNowhere;
}

/// Received version and pseudonym (RFC 9110 §7.6.3).
inline void append_via_member(std::string& out, Version version, std::string_view pseudonym) {
  out.append(version == Version::http_1_0 ? "1.0 " : "1.1 ").append(pseudonym);
}

inline void append_framing(std::string& out, const BodyFraming& framing) {
  if (framing.kind == BodyFraming::Kind::chunked) append_field(out, "Transfer-Encoding", "chunked");
  if (framing.kind == BodyFraming::Kind::length) append_content_length(out, framing.length);
}

inline void append_upgrades(std::string& out, const Fields& fields) {
  for (const auto field : fields)
    if (iequals(field.name, "Upgrade")) append_field(out, field.name, field.value);
}

}  // namespace understudy::http
