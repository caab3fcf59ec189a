// Which fields belong to one hop, which must survive Connection, and which have no place in trailers.
#pragma once

#include "core/http/field_name.hpp"

#include <string_view>

namespace understudy::http {

/// A field that belongs to one hop (RFC 9110 §7.6.1): Connection, Keep-Alive, Proxy-Connection, TE,
/// Transfer-Encoding, Upgrade; and Content-Length, which the framing decides anew.
/// Proxy-Authenticate and Proxy-Authorization are not among them.
constexpr bool is_hop_by_hop(FieldName name) noexcept {
  using enum FieldName;
  constexpr FieldNames kHopByHop(connection, keep_alive, proxy_connection, te, transfer_encoding, upgrade,
                                 content_length, http2_settings);
  return kHopByHop.contains(name);
}
inline bool is_hop_by_hop(std::string_view name) noexcept { return is_hop_by_hop(field_name(name)); }

/// A field that stays although Connection names it: a client must not be able to strip what decides routing,
/// security or the meaning of the content.
bool is_protected_from_connection(std::string_view name) noexcept;

/// A field that has no place in a trailer section (RFC 9110 §6.5.1): framing, routing, authentication,
/// request modifiers, response control data, or what content processing needs beforehand.
bool is_forbidden_trailer(std::string_view name) noexcept;

}  // namespace understudy::http
