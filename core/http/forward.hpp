// What a gateway changes in a head that it passes on (RFC 9110 §7.6, RFC 9112 §9.6): the only place with
// these rules.
#pragma once

#include "core/http/field_rules.hpp"
#include "core/http/framing.hpp"
#include "core/http/message.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::http {

/// Removes hop-by-hop fields and those that Connection names, except the names that must not be strippable
/// that way (Host, Authorization, Cookie, Content-*, X-Forwarded-*, Forwarded, Via ...): for captures,
/// mirrors and replays.
void remove_hop_by_hop(Fields& fields);

/// What becomes of the fields that tell the origin about the client (RFC 7239 and its predecessors).
struct ForwardedPolicy {
  enum class Mode : std::uint8_t {
    append,   ///< what the client's side said stays and is extended: for a proxy behind other proxies
    replace,  ///< what the client's side said goes: for a proxy that clients reach directly
    off,      ///< neither touched nor added
  };
  Mode mode = Mode::append;
  bool x_forwarded = true;  ///< X-Forwarded-For, -Proto, -Host
  bool forwarded = false;   ///< Forwarded
};

struct ForwardRequest {
  std::string_view client_address;   ///< without port or brackets; empty: unknown, nothing is said of it
  std::string_view scheme = "http";  ///< that the client used; empty: nothing is said of it
  ForwardedPolicy forwarded;
  std::string_view via = "understudy";  ///< pseudonym in Via; empty: no Via
  std::string_view default_host;        ///< Host for an HTTP/1.0 request that has none
  bool tunnel = false;                  ///< pass Upgrade on and say "Connection: upgrade": see `asks_upgrade`
};

/// Appends the head that the origin gets: Host from an absolute-form target (RFC 9112 §3.2.2), origin-form
/// target, own version, framing fields for `framing`, Via and X-Forwarded-*. Untouched fields keep bytes and
/// order. Via, X-Forwarded-For and Forwarded extend the last line of that name; X-Forwarded-Proto and -Host
/// are added when absent. An HTTP/1.0 client's Expect is dropped. With ForwardedPolicy::replace all of
/// Forwarded, X-Forwarded-* and X-Real-IP that came in are dropped first. `TE: trailers` is passed on as our
/// own wish: trailers that come back can be handed on with `append_last_chunk`.
void append_forwarded_head(std::string& out, const RequestHead& head, const BodyFraming& framing,
                           const ForwardRequest& options);

/// The client offers another protocol and may do so: HTTP/1.1, Connection names Upgrade, Upgrade is there
/// (RFC 9110 §7.8). Never for h2c: requests inside that tunnel would pass us unseen, and RFC 9113 dropped it.
bool asks_upgrade(const RequestHead& head) noexcept;

/// OPTIONS with "Max-Forwards: 0": the recipient answers it itself and forwards nothing (RFC 9110 §7.6.2). A
/// larger number is forwarded one smaller.
bool max_forwards_spent(const RequestHead& head) noexcept;

/// TE has "trailers": trailer fields may be sent to this client (RFC 9110 §6.5.1).
bool accepts_trailers(const Fields& fields) noexcept;

struct ForwardResponse {
  bool to_http_1_0 = false;     ///< the client speaks HTTP/1.0: no chunked
  bool close = false;           ///< add Connection: close
  bool keep_alive_1_0 = false;  ///< add Connection: keep-alive for an HTTP/1.0 client that asked for it
  bool head_request = false;    ///< keep the origin's Content-Length although no body follows
  std::string_view via = "understudy";
  std::string_view date;  ///< an HTTP-date, added to a final response without Date (RFC 9110 §6.6.1)
  bool tunnel = false;    ///< a 101 that starts a tunnel: pass Upgrade on and say "Connection: upgrade"
};

/// Appends the head that the client gets; `framing` is the body as it will be sent downstream. A 304, and a
/// response to HEAD, keep the origin's Content-Length. until_close always says "Connection: close".
void append_forwarded_head(std::string& out, const ResponseHead& head, const BodyFraming& framing,
                           const ForwardResponse& options);

}  // namespace understudy::http
