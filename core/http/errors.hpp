// Everything the codec refuses, each with the status that a client gets for it.
#pragma once

#include <type_traits>

#include <boost/system/error_code.hpp>

namespace understudy::http {

enum class Errc {
  bad_request_line = 1,     ///< 400
  bad_status_line,          ///< 502
  bad_version,              ///< 505
  bad_target,               ///< 400
  bad_field,                ///< 400: name, value, obs-fold, whitespace, bare CR or LF
  bad_host,                 ///< 400: missing, duplicate or malformed Host (RFC 9112 §3.2)
  bad_content_length,       ///< 400
  ambiguous_framing,        ///< 400: Content-Length with Transfer-Encoding, TE in HTTP/1.0, chunked not final
  unknown_transfer_coding,  ///< 501
  bad_chunk,                ///< 400
  target_too_long,          ///< 414
  head_too_large,           ///< 431
  too_many_fields,          ///< 431
  chunk_extensions_too_large,  ///< 400
  trailers_too_large,          ///< 431
  partial_message,             ///< 400, or 502 from an origin: the peer closed in the middle
  method_not_allowed,          ///< 405: CONNECT and TRACE
  body_too_large,              ///< 413: set by who limits bodies; the parsers take any size
};

const boost::system::error_category& category() noexcept;

inline boost::system::error_code make_error_code(Errc e) noexcept {
  return {static_cast<int>(e), category()};
}

/// The status to answer a client whose request failed to parse with `ec`; 400 for what is not ours.
unsigned status_for(const boost::system::error_code& ec) noexcept;

}  // namespace understudy::http

template <>
struct boost::system::is_error_code_enum<understudy::http::Errc> : std::true_type {};
