// One hop in the Forwarded field (RFC 7239 §4): who came, how, and for which host.
#pragma once

#include <string>
#include <string_view>

namespace understudy::http {

struct ForwardedElement {
  std::string_view client_address;  ///< without brackets; empty: "unknown"
  std::string_view scheme;          ///< empty: left out
  std::string_view host;            ///< empty: left out
};

/// Appends `for=192.0.2.1;proto=https;host=shop`; values that are no token are quoted, IPv6 in brackets too
/// (RFC 7239 §6).
void append_forwarded_element(std::string& out, const ForwardedElement& element);

/// Forwarded, X-Forwarded-* and X-Real-IP: what proxies say about the client, and what clients may forge.
bool tells_of_client(std::string_view field_name) noexcept;

}  // namespace understudy::http
