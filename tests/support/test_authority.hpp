// A certificate authority that lives for one test and issues whatever certificates that needs.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace understudy::test {

class TestAuthority {
 public:
  enum class Key : std::uint8_t { ecdsa, rsa };
  /// What a certificate shall say.
  struct Leaf {
    std::string common_name = "leaf";
    std::vector<std::string> dns;        ///< DNS names
    std::vector<std::string> addresses;  ///< IP addresses
    std::chrono::hours begins{-24};      ///< from now
    std::chrono::hours ends{24 * 30};
    Key key = Key::ecdsa;
  };
  struct Pem {
    std::string certificate;
    std::string key;
  };
  /// Where a certificate and its key were written.
  struct Files {
    std::string certificate;
    std::string key;
  };

  explicit TestAuthority(const std::string& name = "Test CA");

  /// The authority's own certificate.
  std::string pem() const;
  Pem issue(const Leaf& leaf) const;
  /// Into `directory` as NAME.crt and NAME.key.
  Files issue_files(const std::filesystem::path& directory, const std::string& name, const Leaf& leaf) const;
  /// As NAME.crt; its path.
  std::string write(const std::filesystem::path& directory, const std::string& name) const;

 private:
  std::shared_ptr<EVP_PKEY> key_;
  std::shared_ptr<X509> certificate_;
};

/// The key in `pem`, encrypted with a passphrase.
std::string encrypted_key_pem(const std::string& pem);

}  // namespace understudy::test
