#include "core/net/tls_credentials.hpp"

#include "core/base/ascii.hpp"

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

namespace understudy::net {
namespace {

/// More is not a certificate or a key but somebody else's file.
constexpr std::size_t kFileBytesMax = 4 * 1024 * 1024;
constexpr std::chrono::hours kExpirySoon{24 * 7};

Outcome<> read_file(const std::string& path, std::string& text) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Failure{fmt::format("cannot read {}: {}", path, std::strerror(errno))};
  text.resize(kFileBytesMax + 1);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return Failure{fmt::format("cannot read {}: {}", path, std::strerror(errno))};
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kFileBytesMax) return Failure{fmt::format("{} is larger than 4 MiB", path)};
  return {};
}

BioPtr over(const std::string& text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// The next certificate of a PEM file: null at its end. `broken`: there is one, and it cannot be read.
CertificatePtr next_certificate(BIO* file, bool& broken) {
  CertificatePtr certificate(PEM_read_bio_X509(file, nullptr, nullptr, nullptr));
  const auto error = ERR_peek_last_error();
  broken = !certificate && ERR_GET_REASON(error) != PEM_R_NO_START_LINE;
  ERR_clear_error();
  return certificate;
}

std::chrono::system_clock::time_point to_time_point(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

std::string text_of(const ASN1_STRING* value) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
          static_cast<std::size_t>(ASN1_STRING_length(value))};
}

std::string common_name(const X509* certificate) {
  const auto* subject = X509_get_subject_name(certificate);
  const int index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (index < 0) return {};
  return text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)));
}

std::vector<std::string> dns_names(X509* certificate) {
  std::vector<std::string> names;
  using Names = std::unique_ptr<GENERAL_NAMES, OpensslDeleter<GENERAL_NAMES_free>>;
  const Names alternatives(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; alternatives && i < sk_GENERAL_NAME_num(alternatives.get()); ++i) {
    const auto* name = sk_GENERAL_NAME_value(alternatives.get(), i);
    if (name->type == GEN_DNS) names.push_back(to_lower(text_of(name->d.dNSName)));
  }
  if (!alternatives)
    if (auto name = common_name(certificate); !name.empty()) names.push_back(to_lower(name));
  return names;
}

/// Called when a key asks for a passphrase: there is none, and asking the terminal would hang a service.
int note_encrypted(char*, int, int, void* encrypted) {
  *static_cast<bool*>(encrypted) = true;
  return -1;
}

std::string date_text(std::chrono::system_clock::time_point time) {
  return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

}  // namespace

Outcome<CertificateChain> load_certificate_chain(const std::string& path) {
  std::string text;
  if (const auto read = read_file(path, text); !read) return read.error();
  const auto file = over(text);
  CertificateChain chain;
  chain.path = path;
  bool broken = false;
  while (auto certificate = next_certificate(file.get(), broken)) {
    if (!chain.leaf)
      chain.leaf = std::move(certificate);
    else
      chain.intermediates.push_back(std::move(certificate));
  }
  if (broken) return Failure{fmt::format("{} holds a certificate that cannot be read", path)};
  if (!chain.leaf) return Failure{fmt::format("{} holds no PEM certificate", path)};
  chain.names = dns_names(chain.leaf.get());
  chain.not_before = to_time_point(X509_get0_notBefore(chain.leaf.get()));
  chain.not_after = to_time_point(X509_get0_notAfter(chain.leaf.get()));
  return chain;
}

Outcome<PrivateKeyPtr> load_private_key(const std::string& path) {
  std::string text;
  if (const auto read = read_file(path, text); !read) return read.error();
  bool encrypted = false;
  PrivateKeyPtr key(PEM_read_bio_PrivateKey(over(text).get(), nullptr, note_encrypted, &encrypted));
  OPENSSL_cleanse(text.data(), text.size());
  ERR_clear_error();
  if (encrypted)
    return Failure{
        fmt::format("the key in {} is encrypted with a passphrase, which is not supported: decrypt it with "
                    "`openssl pkey` "
                    "and protect it by the permissions of the file",
                    path)};
  if (!key) return Failure{fmt::format("{} holds no PEM private key", path)};
  return key;
}

Outcome<> check_match(const CertificateChain& chain, const PrivateKeyPtr& key, const TlsFiles& files) {
  const bool match = X509_check_private_key(chain.leaf.get(), key.get()) == 1;
  ERR_clear_error();
  if (match) return {};
  return Failure{
      fmt::format("the key in {} does not belong to the certificate in {}", files.key, files.certificate)};
}

Outcome<std::shared_ptr<const TlsCredentials>> load_credentials(const TlsFiles& files) {
  auto chain = load_certificate_chain(files.certificate);
  if (!chain) return chain.error();
  auto key = load_private_key(files.key);
  if (!key) return key.error();
  if (const auto matched = check_match(*chain, *key, files); !matched) return matched.error();
  return std::make_shared<const TlsCredentials>(TlsCredentials{std::move(*chain), std::move(*key)});
}

Outcome<std::shared_ptr<const TrustedAuthorities>> load_authorities(const std::string& path) {
  std::string text;
  if (const auto read = read_file(path, text); !read) return read.error();
  const auto file = over(text);
  auto authorities = std::make_shared<TrustedAuthorities>();
  std::string prints;
  bool broken = false;
  while (auto certificate = next_certificate(file.get(), broken)) {
    unsigned char print[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    X509_digest(certificate.get(), EVP_sha256(), print, &size);
    prints.append(reinterpret_cast<const char*>(print), size);
    authorities->certificates.push_back(std::move(certificate));
  }
  if (broken) return Failure{fmt::format("{} holds a certificate that cannot be read", path)};
  if (authorities->certificates.empty()) return Failure{fmt::format("{} holds no PEM certificate", path)};
  authorities->digest.resize(SHA256_DIGEST_LENGTH);
  SHA256(reinterpret_cast<const unsigned char*>(prints.data()), prints.size(),
         reinterpret_cast<unsigned char*>(authorities->digest.data()));
  return authorities;
}

std::string validity_warning(const CertificateChain& chain, std::chrono::system_clock::time_point now) {
  if (now > chain.not_after)
    return fmt::format("the certificate in {} expired on {}", chain.path, date_text(chain.not_after));
  if (now < chain.not_before)
    return fmt::format("the certificate in {} is not valid before {}", chain.path,
                       date_text(chain.not_before));
  if (chain.not_after - now < kExpirySoon)
    return fmt::format("the certificate in {} expires on {}", chain.path, date_text(chain.not_after));
  return {};
}

}  // namespace understudy::net
