#include "proxy/config/tls_section.hpp"

#include "core/net/tls_credentials.hpp"

#include <string>

namespace understudy::proxy {
namespace {

using config::Node;

/// `certificate` and `key` below `node`; false when neither is there.
bool read_pair(const Node& node, net::TlsFiles& files) {
  const auto certificate = node.member("certificate");
  const auto key = node.member("key");
  if (!certificate && !key) return false;
  if (!certificate || !key) {
    node.fail("certificate and key belong together: give both files");
    return true;
  }
  files = {certificate->text(), key->text()};
  const auto chain = net::load_certificate_chain(files.certificate);
  if (!chain) certificate->fail(chain.error().message);
  const auto loaded = net::load_private_key(files.key);
  if (!loaded) key->fail(loaded.error().message);
  if (!chain || !loaded) return true;
  if (const auto match = net::check_match(*chain, *loaded, files); !match) key->fail(match.error().message);
  return true;
}

/// A file of certificates of authorities.
void read_authorities(const Node& node, std::string_view key, std::string& path) {
  const auto file = node.member(key);
  if (!file) return;
  path = file->text();
  if (const auto loaded = net::load_authorities(path); !loaded) file->fail(loaded.error().message);
}

void read_client_auth(const Node& tls, net::TlsServerOptions& options) {
  read_authorities(tls, "client_ca", options.client_ca);
  if (!options.client_ca.empty()) options.client_auth = net::ClientAuth::require;
  const auto auth = tls.member("client_auth");
  if (!auth) return;
  const auto text = auth->text();
  if (text != "require" && text != "optional") return auth->fail("client_auth is require or optional");
  if (options.client_ca.empty()) return auth->fail("client_auth needs client_ca: who signs the clients?");
  if (text == "optional") options.client_auth = net::ClientAuth::optional;
}

}  // namespace

std::optional<net::TlsServerOptions> read_tls_server(const Node& node) {
  const auto tls = node.member("tls");
  if (!tls) return std::nullopt;
  net::TlsServerOptions options;
  net::TlsFiles files;
  if (read_pair(*tls, files)) options.certificates.push_back(files);
  if (const auto more = tls->member("certificates"))
    for (const auto& item : more->items()) {
      if (!read_pair(item, files)) item.fail("needs a certificate and a key");
      item.finish();
      options.certificates.push_back(files);
    }
  if (options.certificates.empty()) tls->fail("needs a certificate and a key");
  read_client_auth(*tls, options);
  tls->finish();
  return options;
}

net::TlsClientOptions read_tls_client(const Node& node) {
  net::TlsClientOptions options;
  const auto tls = node.member("tls");
  if (!tls) return options;
  read_authorities(*tls, "ca", options.ca);
  read_pair(*tls, options.identity);
  if (const auto name = tls->member("server_name")) {
    options.server_name = name->text();
    if (options.server_name.empty()) name->fail("server_name is a host name");
  }
  if (const auto insecure = tls->member("insecure"))
    insecure->fail("origins are always verified: give the authority that signs them as ca");
  tls->finish();
  return options;
}

void check_tls_use(const Node& node, bool any_https) {
  if (const auto tls = node.member("tls"); tls && !any_https)
    tls->fail("the URL is not https, so this would not be used");
}

}  // namespace understudy::proxy
