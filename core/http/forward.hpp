// What a gateway changes in a head that it passes on (RFC 9110 §7.6, RFC 9112 §9.6): the only place with these rules.
#pragma once

#include <string>
#include <string_view>

#include "core/http/framing.hpp"
#include "core/http/message.hpp"

namespace understudy::http {

/// A field that belongs to one hop: Connection, Keep-Alive, Proxy-Connection, Proxy-Authenticate is NOT one of them,
/// TE, Transfer-Encoding, Upgrade, and Content-Length, which the framing decides anew.
bool is_hop_by_hop(std::string_view name) noexcept;

/// Removes hop-by-hop fields and those that Connection names, except the names that must not be strippable that way
/// (Host, Authorization, Cookie, Content-*, X-Forwarded-*, Forwarded, Via ...): for captures, mirrors and replays.
void remove_hop_by_hop(Fields& fields);

struct ForwardRequest {
  std::string_view client_address;     ///< for X-Forwarded-For, without port; empty: leave the field alone
  std::string_view scheme = "http";    ///< for X-Forwarded-Proto
  std::string_view via = "understudy"; ///< pseudonym in Via; empty: no Via
};

/// Appends the head that the origin gets: Host from an absolute-form target (RFC 9112 §3.2.2), origin-form target,
/// own version, framing fields for `framing`, Via and X-Forwarded-*. Untouched fields keep bytes and order.
void append_forwarded_head(std::string& out, const RequestHead& head, const BodyFraming& framing,
                           const ForwardRequest& options);

struct ForwardResponse {
  bool to_http_1_0 = false;  ///< the client speaks HTTP/1.0: no chunked
  bool close = false;        ///< add Connection: close
  bool keep_alive_1_0 = false;  ///< add Connection: keep-alive for an HTTP/1.0 client that asked for it
  bool head_request = false;    ///< keep the origin's Content-Length although no body follows
  std::string_view via = "understudy";
};

/// Appends the head that the client gets; `framing` is the body as it will be sent downstream.
void append_forwarded_head(std::string& out, const ResponseHead& head, const BodyFraming& framing,
                           const ForwardResponse& options);

}  // namespace understudy::http
