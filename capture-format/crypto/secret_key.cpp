#include "capture-format/crypto/secret_key.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

namespace understudy::capture {
namespace {

/// Room for some 500 keys; below what RLIMIT_MEMLOCK usually allows.
constexpr std::size_t kSecureHeapBytes = std::size_t{32} << 10;
constexpr std::size_t kBase64Bytes = 44;

void* allocate(std::size_t bytes) {
  // Where there is no secure heap OpenSSL takes ordinary memory by itself; where it is full, we do.
  static const bool ready = CRYPTO_secure_malloc_init(kSecureHeapBytes, SecretKey::kBytes) != 0;
  static_cast<void>(ready);
  if (void* secure = OPENSSL_secure_zalloc(bytes); secure != nullptr) return secure;
  if (void* ordinary = OPENSSL_zalloc(bytes); ordinary != nullptr) return ordinary;
  throw std::bad_alloc();
}

}  // namespace

void SecretKey::Free::operator()(unsigned char* bytes) const noexcept {
  OPENSSL_secure_clear_free(bytes, kBytes);
}

SecretKey::SecretKey() : bytes_(static_cast<unsigned char*>(allocate(kBytes))) {}

std::optional<SecretKey> SecretKey::random() {
  SecretKey key;
  if (RAND_priv_bytes(key.bytes_.get(), static_cast<int>(kBytes)) != 1) return std::nullopt;
  return key;
}

std::optional<SecretKey> SecretKey::from_bytes(std::string_view bytes) {
  if (bytes.size() != kBytes) return std::nullopt;
  SecretKey key;
  std::memcpy(key.bytes_.get(), bytes.data(), kBytes);
  return key;
}

std::optional<SecretKey> SecretKey::from_base64(std::string_view text) {
  // 32 bytes are 43 characters and one of padding; EVP_DecodeBlock would take other forms too.
  if (text.size() != kBase64Bytes || text.back() != '=' || text[kBase64Bytes - 2] == '=') return std::nullopt;
  std::array<unsigned char, kBytes + 1> decoded{};
  const auto size = EVP_DecodeBlock(decoded.data(), reinterpret_cast<const unsigned char*>(text.data()),
                                    static_cast<int>(text.size()));
  std::optional<SecretKey> key;
  if (size == static_cast<int>(decoded.size()))
    key = from_bytes({reinterpret_cast<const char*>(decoded.data()), kBytes});
  OPENSSL_cleanse(decoded.data(), decoded.size());
  return key;
}

std::string_view SecretKey::view() const noexcept {
  return {reinterpret_cast<const char*>(bytes_.get()), kBytes};
}

std::string SecretKey::to_base64() const {
  std::array<unsigned char, kBase64Bytes + 1> text{};
  EVP_EncodeBlock(text.data(), bytes_.get(), static_cast<int>(kBytes));
  std::string out(reinterpret_cast<const char*>(text.data()), kBase64Bytes);
  OPENSSL_cleanse(text.data(), text.size());
  return out;
}

void cleanse(std::string& text) noexcept {
  text.resize(text.capacity());
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

}  // namespace understudy::capture
