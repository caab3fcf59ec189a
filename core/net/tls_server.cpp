#include "core/net/tls_server.hpp"

#include "core/net/tls_server_context.hpp"
#include "core/telemetry/log.hpp"

#include <stdexcept>
#include <string_view>
#include <utility>

namespace understudy::net {
namespace {

std::vector<std::string> paths_of(const TlsServerOptions& options) {
  std::vector<std::string> paths;
  for (const auto& files : options.certificates) {
    paths.push_back(files.certificate);
    paths.push_back(files.key);
  }
  if (!options.client_ca.empty()) paths.push_back(options.client_ca);
  return paths;
}

void warn_of_validity(const std::string& name, const CertificateChain& chain) {
  const auto warning = validity_warning(chain, std::chrono::system_clock::now());
  if (!warning.empty())
    telemetry::log(telemetry::Level::warning, "tls_certificate",
                   {{"tls", std::string_view(name)}, {"cause", std::string_view(warning)}});
}

}  // namespace

TlsServer::TlsServer(std::shared_ptr<const TlsServerContext> context, std::shared_ptr<TlsCounters> counters)
    : newest_(std::move(context)), reader_(newest_), counters_(std::move(counters)) {}

TlsServerSource::TlsServerSource(std::string name, TlsServerOptions options,
                                 std::shared_ptr<TicketKeyring> keyring)
    : TlsSource(std::move(name), paths_of(options)),
      options_(std::move(options)),
      keyring_(std::move(keyring)) {}

Outcome<std::shared_ptr<TlsServerSource>> TlsServerSource::open(std::string name, TlsServerOptions options,
                                                                std::shared_ptr<TicketKeyring> keyring) {
  std::shared_ptr<TlsServerSource> source(
      new TlsServerSource(std::move(name), std::move(options), std::move(keyring)));
  if (const auto loaded = source->load(); !loaded) return loaded.error();
  return source;
}

Outcome<TlsServerSource::Loaded> TlsServerSource::read_files() const {
  Loaded loaded;
  for (const auto& files : options_.certificates) {
    auto credentials = load_credentials(files);
    if (!credentials) return credentials.error();
    loaded.credentials.push_back(std::move(*credentials));
  }
  if (options_.client_auth == ClientAuth::none) return loaded;
  auto authorities = load_authorities(options_.client_ca);
  if (!authorities) return authorities.error();
  loaded.client_authorities = std::move(*authorities);
  return loaded;
}

Outcome<std::shared_ptr<const TlsServerContext>> TlsServerSource::build(const Loaded& loaded) const {
  return TlsServerContext::make(options_, loaded.credentials, loaded.client_authorities, keyring_);
}

Outcome<> TlsServerSource::load() {
  auto loaded = read_files();
  if (!loaded) return loaded.error();
  // One context more than there are threads: whether it can be made is known before anything changes.
  if (const auto tried = build(*loaded); !tried) return tried.error();
  for (const auto& credentials : loaded->credentials) warn_of_validity(name(), credentials->chain);
  const std::lock_guard lock(mutex_);
  const auto servers = live(servers_);
  std::vector<std::shared_ptr<const TlsServerContext>> contexts;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    auto context = build(*loaded);
    if (!context) return context.error();
    contexts.push_back(std::move(*context));
  }
  for (std::size_t i = 0; i < servers.size(); ++i) servers[i]->replace(std::move(contexts[i]));
  loaded_ = std::move(*loaded);
  return {};
}

std::shared_ptr<TlsServer> TlsServerSource::attach() {
  const std::lock_guard lock(mutex_);
  auto context = build(loaded_);
  if (!context) throw std::runtime_error(context.error().message);
  live(servers_);
  auto server = std::make_shared<TlsServer>(std::move(*context), shared_counters());
  servers_.push_back(server);
  return server;
}

std::vector<CertificateReport> TlsServerSource::certificates() const {
  const std::lock_guard lock(mutex_);
  std::vector<CertificateReport> reports;
  for (const auto& credentials : loaded_.credentials)
    reports.push_back({credentials->chain.path, credentials->chain.not_after});
  return reports;
}

}  // namespace understudy::net
