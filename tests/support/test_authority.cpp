#include "tests/support/test_authority.hpp"

#include <atomic>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

namespace understudy::test {
namespace {

using KeyPtr = std::shared_ptr<EVP_PKEY>;
using CertificatePtr = std::shared_ptr<X509>;

KeyPtr make_key(TestAuthority::Key kind) {
  EVP_PKEY* key = kind == TestAuthority::Key::rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
  if (key == nullptr) throw std::runtime_error("cannot make a key");
  return {key, EVP_PKEY_free};
}

template <class Write>
std::string to_pem(Write write) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  write(bio.get());
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

std::string certificate_pem(X509* certificate) {
  return to_pem([certificate](BIO* bio) { PEM_write_bio_X509(bio, certificate); });
}

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  if (extension == nullptr) throw std::runtime_error("cannot make extension " + value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

CertificatePtr begin_certificate(const std::string& name, EVP_PKEY* key, std::chrono::seconds begins,
                                 std::chrono::seconds ends) {
  static std::atomic<long> serial{1};
  CertificatePtr certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), begins.count());
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), ends.count());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_pubkey(certificate.get(), key);
  return certificate;
}

void write_file(const std::filesystem::path& path, const std::string& text) {
  // Written beside and renamed, as tools that renew certificates do.
  const auto beside = path.string() + ".new";
  std::ofstream(beside, std::ios::binary) << text;
  std::filesystem::rename(beside, path);
}

}  // namespace

TestAuthority::TestAuthority(const std::string& name) : key_(make_key(Key::ecdsa)) {
  certificate_ = begin_certificate(name, key_.get(), std::chrono::hours(-48), std::chrono::hours(24 * 365));
  X509_set_issuer_name(certificate_.get(), X509_get_subject_name(certificate_.get()));
  add_extension(certificate_.get(), certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate_.get(), certificate_.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(certificate_.get(), certificate_.get(), NID_subject_key_identifier, "hash");
  X509_sign(certificate_.get(), key_.get(), EVP_sha256());
}

std::string TestAuthority::pem() const { return certificate_pem(certificate_.get()); }

TestAuthority::Pem TestAuthority::issue(const Leaf& leaf) const {
  const auto key = make_key(leaf.key);
  const auto certificate = begin_certificate(leaf.common_name, key.get(), leaf.begins, leaf.ends);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate_.get()));
  std::string names;
  for (const auto& name : leaf.dns) names += fmt::format("{}DNS:{}", names.empty() ? "" : ",", name);
  for (const auto& address : leaf.addresses)
    names += fmt::format("{}IP:{}", names.empty() ? "" : ",", address);
  if (!names.empty()) add_extension(certificate.get(), certificate_.get(), NID_subject_alt_name, names);
  add_extension(certificate.get(), certificate_.get(), NID_ext_key_usage, "serverAuth,clientAuth");
  add_extension(certificate.get(), certificate_.get(), NID_authority_key_identifier, "keyid");
  X509_sign(certificate.get(), key_.get(), EVP_sha256());
  const auto write_key = [&](BIO* bio) {
    PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  };
  return {certificate_pem(certificate.get()), to_pem(write_key)};
}

TestAuthority::Files TestAuthority::issue_files(const std::filesystem::path& directory,
                                                const std::string& name, const Leaf& leaf) const {
  const auto pem = issue(leaf);
  const Files files{directory / (name + ".crt"), directory / (name + ".key")};
  write_file(files.key, pem.key);
  write_file(files.certificate, pem.certificate);
  return files;
}

std::string TestAuthority::write(const std::filesystem::path& directory, const std::string& name) const {
  const auto path = directory / (name + ".crt");
  write_file(path, pem());
  return path;
}

std::string encrypted_key_pem(const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> from(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  const KeyPtr key(PEM_read_bio_PrivateKey(from.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  const auto write = [&](BIO* bio) {
    PEM_write_bio_PKCS8PrivateKey(bio, key.get(), EVP_aes_128_cbc(), "secret", 6, nullptr, nullptr);
  };
  return to_pem(write);
}

}  // namespace understudy::test
