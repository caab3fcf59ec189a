#include "core/net/tls_failure.hpp"

#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/tls1.h>
#include <openssl/x509_vfy.h>

namespace understudy::net {
namespace {

TlsErrc verification_failure(long result) noexcept {
  switch (result) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return TlsErrc::hostname_mismatch;
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return TlsErrc::certificate_expired;
    default:
      return TlsErrc::certificate_untrusted;
  }
}

}  // namespace

TlsErrc tls_failure(const SSL* ssl, int kind) noexcept {
  if (kind == SSL_ERROR_SYSCALL) return TlsErrc::truncated;
  const auto error = ERR_peek_error();
  if (ERR_GET_LIB(error) != ERR_LIB_SSL) return TlsErrc::protocol_error;
  const int reason = ERR_GET_REASON(error);
  switch (reason) {
    case SSL_R_UNEXPECTED_EOF_WHILE_READING:
      return TlsErrc::truncated;
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
      return TlsErrc::plain_http;
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_UNKNOWN_PROTOCOL:
    case SSL_R_BAD_RECORD_TYPE:
      return TlsErrc::not_tls;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    case SSL_R_NO_PROTOCOLS_AVAILABLE:
      return TlsErrc::unsupported_version;
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_CIPHERS_SPECIFIED:
    case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    case SSL_R_NO_SUITABLE_KEY_SHARE:
    case SSL_R_NO_SHARED_GROUPS:
      return TlsErrc::no_shared_cipher;
    case SSL_R_NO_APPLICATION_PROTOCOL:
      return TlsErrc::no_application_protocol;
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return TlsErrc::client_certificate_missing;
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
      return verification_failure(SSL_get_verify_result(ssl));
    default:
      return reason >= SSL_AD_REASON_OFFSET ? TlsErrc::peer_alert : TlsErrc::protocol_error;
  }
}

}  // namespace understudy::net
