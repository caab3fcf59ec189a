// Certificates, keys and trusted CAs as they lie in PEM files, checked before anything uses them.
#pragma once

#include "core/base/result.hpp"
#include "core/net/openssl_ptr.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace understudy::net {

/// Where a certificate with its chain, and its private key, lie. Both PEM.
struct TlsFiles {
  std::string certificate;
  std::string key;
  bool operator==(const TlsFiles&) const = default;
};

/// The leaf first, as the file has them. Immutable.
struct CertificateChain {
  std::string path;
  CertificatePtr leaf;
  std::vector<CertificatePtr> intermediates;
  std::vector<std::string> names;  ///< DNS names of the leaf, lower case, "*.example.com" included; if it has
                                   ///< none, its common name
  std::chrono::system_clock::time_point not_before;
  std::chrono::system_clock::time_point not_after;
};

/// A chain with its key. Shared by all contexts that are made of it; immutable.
struct TlsCredentials {
  CertificateChain chain;
  PrivateKeyPtr key;
};

/// Certificates that chains may end in. Immutable.
struct TrustedAuthorities {
  std::vector<CertificatePtr> certificates;
  std::string digest;  ///< SHA-256 over them: what tells two sets apart
};

// All block on file reads and fail with one sentence that names the file; none of them ever repeats what a
// file holds.

Outcome<CertificateChain> load_certificate_chain(const std::string& path);
/// Refuses keys that are encrypted with a passphrase.
Outcome<PrivateKeyPtr> load_private_key(const std::string& path);
/// Fails when the key is not that of the certificate.
Outcome<> check_match(const CertificateChain& chain, const PrivateKeyPtr& key, const TlsFiles& files);
/// Chain and key, and that they belong together.
Outcome<std::shared_ptr<const TlsCredentials>> load_credentials(const TlsFiles& files);
Outcome<std::shared_ptr<const TrustedAuthorities>> load_authorities(const std::string& path);

/// A sentence when the certificate is expired, not yet valid or ends within a week; empty otherwise.
std::string validity_warning(const CertificateChain& chain, std::chrono::system_clock::time_point now);

}  // namespace understudy::net
