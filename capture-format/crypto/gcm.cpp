#include "capture-format/crypto/gcm.hpp"

#include <memory>

#include <openssl/evp.h>

namespace understudy::capture {
namespace {

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

/// Fetched once: a look-up by name takes locks and a microsecond. Lives as long as the program.
const EVP_CIPHER* aes_256_gcm() noexcept {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  return cipher;
}

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

bool gcm_seal(const SecretKey& key, const GcmNonce& nonce, std::string_view associated,
              std::string_view plaintext, char* out) noexcept {
  if (plaintext.size() > kGcmMessageBytesMax || associated.size() > kGcmMessageBytesMax) return false;
  const Context context(EVP_CIPHER_CTX_new());
  auto* at = reinterpret_cast<unsigned char*>(out);
  int size = 0;
  int rest = 0;
  return context &&
         EVP_EncryptInit_ex2(context.get(), aes_256_gcm(), key.data(), nonce.data(), nullptr) == 1 &&
         EVP_EncryptUpdate(context.get(), nullptr, &size, bytes_of(associated),
                           static_cast<int>(associated.size())) == 1 &&
         EVP_EncryptUpdate(context.get(), at, &size, bytes_of(plaintext),
                           static_cast<int>(plaintext.size())) == 1 &&
         EVP_EncryptFinal_ex(context.get(), at + size, &rest) == 1 &&
         EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kGcmTagBytes),
                             at + plaintext.size()) == 1;
}

bool gcm_open(const SecretKey& key, const GcmNonce& nonce, std::string_view associated,
              std::string_view sealed, char* out) noexcept {
  if (sealed.size() < kGcmTagBytes || sealed.size() > kGcmMessageBytesMax) return false;
  const auto ciphertext = sealed.substr(0, sealed.size() - kGcmTagBytes);
  std::array<unsigned char, kGcmTagBytes> tag{};
  sealed.substr(ciphertext.size()).copy(reinterpret_cast<char*>(tag.data()), tag.size());
  const Context context(EVP_CIPHER_CTX_new());
  auto* at = reinterpret_cast<unsigned char*>(out);
  int size = 0;
  int rest = 0;
  return context &&
         EVP_DecryptInit_ex2(context.get(), aes_256_gcm(), key.data(), nonce.data(), nullptr) == 1 &&
         EVP_DecryptUpdate(context.get(), nullptr, &size, bytes_of(associated),
                           static_cast<int>(associated.size())) == 1 &&
         EVP_DecryptUpdate(context.get(), at, &size, bytes_of(ciphertext),
                           static_cast<int>(ciphertext.size())) == 1 &&
         EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kGcmTagBytes),
                             tag.data()) == 1 &&
         EVP_DecryptFinal_ex(context.get(), at + size, &rest) == 1;
}

}  // namespace understudy::capture
