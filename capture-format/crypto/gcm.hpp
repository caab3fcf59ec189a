// AES-256-GCM (NIST SP 800-38D) in one call each: the one cipher of encrypted captures.
#pragma once

#include "capture-format/crypto/secret_key.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace understudy::capture {

using GcmNonce = std::array<unsigned char, 12>;
inline constexpr std::size_t kGcmTagBytes = 16;
/// One message's limit here; GCM's own is 64 GiB.
inline constexpr std::size_t kGcmMessageBytesMax = (std::size_t{1} << 31) - 64;

/// Writes plaintext.size() + kGcmTagBytes bytes to `out`: ciphertext, then tag. A nonce is used once with a
/// key, ever. False only when OpenSSL fails or the message is over the limit. Any thread.
bool gcm_seal(const SecretKey& key, const GcmNonce& nonce, std::string_view associated,
              std::string_view plaintext, char* out) noexcept;

/// Writes sealed.size() - kGcmTagBytes bytes to `out`, which are worth nothing unless it says true: false
/// where any bit of key, nonce, associated data, ciphertext or tag differs. Any thread.
bool gcm_open(const SecretKey& key, const GcmNonce& nonce, std::string_view associated,
              std::string_view sealed, char* out) noexcept;

}  // namespace understudy::capture
