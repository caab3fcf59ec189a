// The framing decision: every rule of RFC 9112 §6 about where a message ends, in one place.
#pragma once

#include "core/base/result.hpp"
#include "core/http/framing.hpp"
#include "core/http/message.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace understudy::http {

/// What the fields of one head say about framing and persistence. `transfer_encoding` and `host` view the
/// bytes that were parsed.
struct FramingFields {
  std::optional<std::uint64_t> content_length;
  unsigned transfer_encodings = 0;     ///< how many Transfer-Encoding lines
  std::string_view transfer_encoding;  ///< value of the last one
  unsigned hosts = 0;
  std::string_view host;
  bool close = false;
  bool keep_alive = false;
  bool expects_continue = false;
  bool lookalikes =
      false;  ///< "Content_Length" or "Transfer_Encoding": the real thing behind a CGI-like origin
};

/// Takes in one Content-Length line: digits, or a list of equal numbers (RFC 9110 §8.6).
/// Errc::bad_content_length.
Result<> note_content_length(std::string_view value, FramingFields& fields);

/// RFC 9112 §6.3 for requests. Errors: ambiguous_framing, unknown_transfer_coding.
Result<BodyFraming> request_framing(Version version, const FramingFields& fields);

/// RFC 9112 §6.3 for responses to a request of `request_method`. Errors as above.
Result<BodyFraming> response_framing(std::string_view request_method, unsigned status, Version version,
                                     const FramingFields& fields);

/// RFC 9112 §9.3, before what the framing adds to it.
bool wants_keep_alive(Version version, const FramingFields& fields) noexcept;

/// Responses that have no content whatever their fields say (RFC 9112 §6.3, rules 1 and 2).
bool never_has_body(std::string_view request_method, unsigned status) noexcept;

}  // namespace understudy::http
