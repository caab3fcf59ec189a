// OpenSSL contexts with what we insist on: versions, suites, groups, no renegotiation, no compression.
#pragma once

#include "core/base/result.hpp"
#include "core/net/openssl_ptr.hpp"
#include "core/net/tls_credentials.hpp"

#include <memory>
#include <string>
#include <vector>

namespace understudy::net {

/// TLS 1.2 and 1.3, ECDHE with AEAD only, our order of preference; contexts are for one thread, since sharing
/// one between threads makes OpenSSL 3.0 contend.
SslContextPtr make_tls_context(const SSL_METHOD* method);

/// Gives `context` a certificate with its key; a second one of another key type may follow. The sentence of a
/// failure names the file.
Outcome<> use_credentials(SSL_CTX* context, const TlsCredentials& credentials);

/// Chains may end in these and in no others.
void trust_only(SSL_CTX* context, const TrustedAuthorities& authorities);

}  // namespace understudy::net
