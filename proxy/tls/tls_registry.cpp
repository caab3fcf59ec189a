#include "proxy/tls/tls_registry.hpp"

#include "core/net/tls_client.hpp"
#include "core/net/tls_server.hpp"
#include "proxy/config/config.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace understudy::proxy {
namespace {

/// The living among them; the others are forgotten.
template <class T>
std::vector<std::shared_ptr<T>> living(std::vector<std::weak_ptr<T>>& all) {
  std::vector<std::shared_ptr<T>> found;
  for (const auto& each : all)
    if (auto one = each.lock()) found.push_back(std::move(one));
  all.assign(found.begin(), found.end());
  return found;
}

/// The open one with this name and these settings.
template <class T, class Options>
std::shared_ptr<T> known(std::vector<std::weak_ptr<T>>& all, const std::string& name,
                         const Options& options) {
  const auto found = living(all);
  const auto same = std::find_if(found.begin(), found.end(), [&](const auto& source) {
    return source->name() == name && source->options() == options;
  });
  return same == found.end() ? nullptr : *same;
}

}  // namespace

TlsRegistry::TlsRegistry() : keyring_(std::make_shared<net::TicketKeyring>()) {}

TlsRegistry::~TlsRegistry() { stop(); }

Outcome<> TlsRegistry::open(ProxyConfig& config) {
  const std::lock_guard lock(mutex_);
  for (auto& listener : config.listeners) {
    if (!listener.tls) continue;
    listener.tls_source = known(servers_, listener.text(), *listener.tls);
    if (listener.tls_source) continue;
    auto opened = net::TlsServerSource::open(listener.text(), *listener.tls, keyring_);
    if (!opened) return Failure{fmt::format("listener {}: {}", listener.text(), opened.error().message)};
    servers_.push_back(listener.tls_source = std::move(*opened));
  }
  if (config.admin && config.admin->tls) {
    auto& admin = *config.admin;
    constexpr const char* kName = "admin";
    admin.tls_source = known(servers_, kName, *admin.tls);
    if (!admin.tls_source) {
      auto opened = net::TlsServerSource::open(kName, *admin.tls, keyring_);
      if (!opened) return Failure{fmt::format("admin: {}", opened.error().message)};
      servers_.push_back(admin.tls_source = std::move(*opened));
    }
  }
  for (auto& host : config.primary.hosts) {
    if (!host.url.is_tls()) continue;
    auto opened = open_client(host.url, config.primary.tls);
    if (!opened) return Failure{fmt::format("primary {}: {}", host.name(), opened.error().message)};
    host.tls = std::move(*opened);
  }
  for (auto& shadow : config.shadows) {
    if (!shadow.url.is_tls()) continue;
    auto opened = open_client(shadow.url, shadow.tls);
    if (!opened) return Failure{fmt::format("shadow '{}': {}", shadow.name, opened.error().message)};
    shadow.tls_source = std::move(*opened);
  }
  return {};
}

Outcome<std::shared_ptr<net::TlsClientSource>> TlsRegistry::open_client(
    const net::OriginUrl& url, const net::TlsClientOptions& options) {
  const auto name = url.text();
  if (auto source = known(clients_, name, options)) return source;
  auto opened = net::TlsClientSource::open(name, url.host, options);
  if (opened) clients_.push_back(*opened);
  return opened;
}

void TlsRegistry::start(net::Worker& control) {
  timer_ = std::make_unique<net::Timer>(control.executor());
  await_tick();
}

void TlsRegistry::stop() { timer_.reset(); }

void TlsRegistry::await_tick() {
  timer_->expires_after(kInterval);
  timer_->async_wait([this](const boost::system::error_code& cancelled) {
    if (cancelled) return;
    poll(false);
    await_tick();
  });
}

void TlsRegistry::poll(bool force) {
  const std::lock_guard lock(mutex_);
  for (const auto& source : living(servers_)) source->poll(force);
  for (const auto& source : living(clients_)) source->poll(force);
  keyring_->rotate_if_due(Monotonic::now());
}

std::vector<TlsRegistry::Entry> TlsRegistry::entries() const {
  const std::lock_guard lock(mutex_);
  std::vector<Entry> all;
  for (const auto& each : servers_)
    if (auto source = each.lock()) all.push_back({std::move(source), true});
  for (const auto& each : clients_)
    if (auto source = each.lock()) all.push_back({std::move(source), false});
  return all;
}

}  // namespace understudy::proxy
