// Why TLS failed, as a closed list: error codes for callers, names for metrics and logs.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <boost/system/error_code.hpp>

namespace understudy::net {

enum class TlsErrc : std::uint8_t {
  handshake_timeout = 1,       ///< not finished in time
  peer_closed,                 ///< the connection ended or was reset in the middle of the handshake
  plain_http,                  ///< an HTTP request without TLS
  not_tls,                     ///< something else that is not TLS
  unsupported_version,         ///< nothing in common with TLS 1.2 to 1.3
  no_shared_cipher,            ///< no cipher suite, group or signature algorithm in common
  no_application_protocol,     ///< ALPN without http/1.1
  client_certificate_missing,  ///< required and not sent
  certificate_untrusted,  ///< the peer's chain does not end in a CA that we trust, or is not valid for its
                          ///< use
  certificate_expired,    ///< the peer's certificate, or one of its chain, is not valid now
  hostname_mismatch,      ///< the origin's certificate is for other names
  peer_alert,             ///< the peer refused, for example because it does not trust our certificate
  truncated,              ///< the connection ended without close_notify: what came before may be cut short
  protocol_error,         ///< the peer broke the protocol
};

/// Names of the values from 1 on, in their order.
inline constexpr std::array<std::string_view, 14> kTlsErrorNames{"handshake_timeout",
                                                                 "peer_closed",
                                                                 "plain_http",
                                                                 "not_tls",
                                                                 "unsupported_version",
                                                                 "no_shared_cipher",
                                                                 "no_application_protocol",
                                                                 "client_certificate_missing",
                                                                 "certificate_untrusted",
                                                                 "certificate_expired",
                                                                 "hostname_mismatch",
                                                                 "peer_alert",
                                                                 "truncated",
                                                                 "protocol_error"};

const boost::system::error_category& tls_category() noexcept;
inline boost::system::error_code make_error_code(TlsErrc error) noexcept {
  return {static_cast<int>(error), tls_category()};
}

}  // namespace understudy::net

template <>
struct boost::system::is_error_code_enum<understudy::net::TlsErrc> : std::true_type {};
