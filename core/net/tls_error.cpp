#include "core/net/tls_error.hpp"

#include <string>

namespace understudy::net {
namespace {

// Boost's base class has a protected, non-virtual destructor on purpose: categories are never deleted through
// it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
class TlsCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "tls"; }

  std::string message(int value) const override {
    switch (static_cast<TlsErrc>(value)) {
      case TlsErrc::handshake_timeout:
        return "the TLS handshake did not finish in time";
      case TlsErrc::peer_closed:
        return "the peer closed the connection in the TLS handshake";
      case TlsErrc::plain_http:
        return "an HTTP request without TLS";
      case TlsErrc::not_tls:
        return "the peer does not speak TLS";
      case TlsErrc::unsupported_version:
        return "no TLS version in common (1.2 and 1.3 are supported)";
      case TlsErrc::no_shared_cipher:
        return "no cipher suite, group or signature algorithm in common";
      case TlsErrc::no_application_protocol:
        return "no application protocol in common (ALPN: http/1.1)";
      case TlsErrc::client_certificate_missing:
        return "the client sent no certificate";
      case TlsErrc::certificate_untrusted:
        return "the peer's certificate is not trusted";
      case TlsErrc::certificate_expired:
        return "the peer's certificate is expired or not yet valid";
      case TlsErrc::hostname_mismatch:
        return "the peer's certificate is for another name";
      case TlsErrc::peer_alert:
        return "the peer refused the TLS handshake";
      case TlsErrc::truncated:
        return "the connection ended without a TLS close_notify";
      case TlsErrc::protocol_error:
        return "the peer broke the TLS protocol";
    }
    return "unknown TLS error";
  }
};
#pragma GCC diagnostic pop

}  // namespace

const boost::system::error_category& tls_category() noexcept {
  static const TlsCategory category;
  return category;
}

}  // namespace understudy::net
