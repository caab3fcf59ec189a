// Body bytes back into a transfer framing, and which trailer fields may go along (RFC 9112 §7.1, RFC 9110
// §6.5.1).
#pragma once

#include "core/http/fields.hpp"
#include "core/http/framing.hpp"

#include <string>
#include <string_view>

namespace understudy::proxy {

/// Appends pieces of a body as `framing` wants them on the wire. Only chunked changes them.
class BodyEncoder {
 public:
  explicit BodyEncoder(http::BodyFraming::Kind kind = http::BodyFraming::Kind::none) : kind_(kind) {}

  /// Pieces may be sent as they are, from where they lie.
  bool passes_through() const noexcept { return kind_ != http::BodyFraming::Kind::chunked; }
  void append(std::string& out, std::string_view piece) const;
  void finish(std::string& out, const http::Fields& trailers) const;

 private:
  http::BodyFraming::Kind kind_;
};

/// The trailer fields that may be passed on: none that frame, route, authenticate or control (RFC 9110
/// §6.5.1).
http::Fields forwardable_trailers(const http::Fields& trailers);

}  // namespace understudy::proxy
