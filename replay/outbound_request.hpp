// A request as the candidate will get it: bytes that only a guarded request can become.
#pragma once

#include "core/guard/guard.hpp"
#include "core/http/message.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::replay {

/// What a session sends. Made from what the guard admitted and from nothing else; the marker is added here,
/// after the guard, which refuses requests that carry one.
class OutboundRequest {
 public:
  OutboundRequest(const guard::ShadowRequest<http::Request>& admitted, std::string_view default_host,
                  std::uint64_t exchange_id);

  /// The whole HTTP/1.1 message with `X-Shadow: v1;id=<exchange id>;hop=1`.
  std::string_view wire() const noexcept { return wire_; }
  std::string_view method() const noexcept { return std::string_view(wire_).substr(0, method_size_); }
  /// May be sent again on a fresh connection (RFC 9110 §9.2.2).
  bool idempotent() const noexcept;

 private:
  std::string wire_;
  std::size_t method_size_;
};

}  // namespace understudy::replay
