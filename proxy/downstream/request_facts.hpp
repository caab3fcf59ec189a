// What the rest of an exchange needs to know about a request after its head has moved into the tee's event.
#pragma once

#include "core/http/framing.hpp"
#include "core/http/message.hpp"

#include <cstdint>
#include <string_view>

namespace understudy::proxy {

struct RequestFacts {
  bool head = false;  ///< HEAD: the response has no body whatever its fields say
  bool idempotent = false;
  bool http_1_0 = false;
  bool keep_alive = false;        ///< the client's wish (RFC 9112 §9.3)
  bool upgrade = false;           ///< asks to leave HTTP (RFC 9110 §7.8); 1.1 only
  bool trailers_welcome = false;  ///< TE: trailers
  http::BodyFraming framing;
};

/// `keep_alive` and `framing` as the parser decided them.
RequestFacts facts_of(const http::RequestHead& head, const http::BodyFraming& framing,
                      bool keep_alive) noexcept;

}  // namespace understudy::proxy
