// Turns what OpenSSL says about a failure into one of TlsErrc.
#pragma once

#include "core/net/openssl_ptr.hpp"
#include "core/net/tls_error.hpp"

namespace understudy::net {

/// Reads OpenSSL's error queue of this thread; `kind` is what SSL_get_error said.
TlsErrc tls_failure(const SSL* ssl, int kind) noexcept;

}  // namespace understudy::net
