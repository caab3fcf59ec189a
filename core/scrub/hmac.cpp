#include "core/scrub/hmac.hpp"

#include <algorithm>

#include <openssl/crypto.h>
#include <openssl/sha.h>

// OpenSSL 3 marks the plain SHA256_* calls as deprecated, and its replacement allocates and locks for every
// message: several times the price of the two compressions that a short message costs.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace understudy::scrub {

struct Hmac::States {
  SHA256_CTX inner{};
  SHA256_CTX outer{};
  ~States() { OPENSSL_cleanse(this, sizeof *this); }
};

Hmac::Hmac(std::span<const std::uint8_t> key) : states_(std::make_unique<States>()) {
  std::array<std::uint8_t, SHA256_CBLOCK> block{};
  if (key.size() > block.size()) {
    SHA256(key.data(), key.size(), block.data());
  } else {
    std::copy(key.begin(), key.end(), block.begin());
  }
  for (auto& byte : block) byte ^= 0x36;
  SHA256_Init(&states_->inner);
  SHA256_Update(&states_->inner, block.data(), block.size());
  for (auto& byte : block) byte ^= 0x36 ^ 0x5c;
  SHA256_Init(&states_->outer);
  SHA256_Update(&states_->outer, block.data(), block.size());
  OPENSSL_cleanse(block.data(), block.size());
}

Hmac::~Hmac() = default;
Hmac::Hmac(Hmac&&) noexcept = default;
Hmac& Hmac::operator=(Hmac&&) noexcept = default;

Digest Hmac::digest(std::string_view message) const noexcept {
  Digest digest{};
  SHA256_CTX context = states_->inner;
  SHA256_Update(&context, message.data(), message.size());
  SHA256_Final(digest.data(), &context);
  context = states_->outer;
  SHA256_Update(&context, digest.data(), digest.size());
  SHA256_Final(digest.data(), &context);
  return digest;
}

}  // namespace understudy::scrub

#pragma GCC diagnostic pop
