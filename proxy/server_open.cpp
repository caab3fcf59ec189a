#include "core/telemetry/log.hpp"
#include "proxy/config/plane_options.hpp"
#include "proxy/descriptor_budget.hpp"
#include "proxy/server_impl.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace understudy::proxy {
namespace {

/// For mirrored requests in flight of a shadow plane that a reload has replaced.
constexpr std::chrono::seconds kReplacedGrace{10};

std::size_t worker_count(const ProxyConfig& config) {
  return config.workers != 0 ? config.workers : std::max(1U, std::thread::hardware_concurrency());
}

/// `next` may say another number; that of the first configuration stays.
ProxyConfig affordable(ProxyConfig config, std::size_t workers) {
  auto& connections_max = config.downstream.connections_max;
  connections_max = affordable_connections(connections_max, workers);
  return config;
}

}  // namespace

Outcome<> ProxyServer::Impl::open(ProxyConfig config) {
  auto prepared = prepare(std::move(config));
  if (!prepared) return prepared.error();
  config_.workers = prepared->config.workers;
  config_.log_format = prepared->config.log_format;
  const auto workers = worker_count(prepared->config);
  upstream_ =
      std::make_unique<UpstreamControl>(control_, prepared->config.primary, prepared->primary, workers);
  make_workers(prepared->config, workers);
  const auto applied = apply(*prepared);
  if (!applied) return applied.error();
  return {};
}

void ProxyServer::Impl::make_workers(const ProxyConfig& config, std::size_t count) {
  const auto options = data_plane_options(affordable(config, count), upstream_->hosts());
  const auto tee = tee_options(config, count);
  std::vector<Tee*> tees;
  for (std::size_t index = 0; index < count; ++index) {
    auto& unit = *units_.emplace_back(
        std::make_unique<WorkerUnit>(static_cast<unsigned>(index), options, share_, tee));
    unit.plane().set_access_log(access_log_.add_queue());
    tees.push_back(unit.tee());
  }
  listeners_ = std::make_unique<ListenerSet>(units_, std::move(manager_.sockets));
  shadow_ = std::make_unique<ShadowSlot>(std::move(tees));
}

Outcome<PreparedConfig> ProxyServer::Impl::prepare(ProxyConfig config) {
  if (auto checked = check_config(config); !checked) return checked.error();
  // Sources that stay look at their files now, and try again what they have refused.
  tls_.poll(true);
  if (auto opened = tls_.open(config); !opened) return opened.error();
  auto primary = resolve_hosts(config.primary);
  if (!primary) return primary.error();
  auto shadows = resolve_shadows(config);
  return PreparedConfig{std::move(config), *std::move(primary), std::move(shadows)};
}

Outcome<ReloadReport> ProxyServer::Impl::apply(const PreparedConfig& next) {
  const auto& config = next.config;
  if (drain_.phase() > Drain::Phase::serving) return Failure{"the proxy is draining"};
  auto listeners = listeners_->prepare(config.listeners);
  if (!listeners) return listeners.error();
  const auto addresses = listeners->addresses();
  if (auto checked = check_primary(config, next.primary, addresses); !checked) return checked.error();
  auto forbidden = ip_endpoints(next.primary);
  forbidden.insert(forbidden.end(), addresses.begin(), addresses.end());
  if (auto checked = check_shadows(config, next.shadows, forbidden); !checked) return checked.error();
  const auto shadow_options = shadow_plane_options(config, {});
  const bool replaces = !running_ || shadow_options != shadow_options_;
  auto shadow = replaces ? prepare_shadow_plane(config, forbidden) : std::unique_ptr<ShadowPlane>();
  if (!shadow) return shadow.error();
  auto admin = prepare_admin(config.admin);
  if (!admin) return admin.error();
  if (auto opened = access_log_.configure(config.access_log, config.scrub); !opened) return opened.error();

  // Nothing fails from here on. Shadows must know of a new production address before anybody is sent there.
  if (auto* const plane = shadow_->current(); plane != nullptr && !replaces) plane->forbid(forbidden);
  ReloadReport report{listeners->added(), listeners->removed(), replaces, needs_restart(config)};
  if (running_) {
    upstream_->reconfigure(config.primary, next.primary);
    set_options(config);
  }
  listeners_->apply(*std::move(listeners));
  if (replaces) switch_shadow_plane(config, *std::move(shadow));
  shadow_options_ = shadow_options;
  keep(config);
  switch_admin(*std::move(admin));
  publish_addresses();
  return report;
}

void ProxyServer::Impl::keep(const ProxyConfig& config) {
  telemetry::set_log_level(config.log_level);
  share_.set(config.sample_share);
  const auto workers = config_.workers;
  const auto log_format = config_.log_format;
  config_ = config;
  config_.workers = workers;
  config_.log_format = log_format;
}

std::string ProxyServer::Impl::needs_restart(const ProxyConfig& next) const {
  std::string keys;
  if (next.workers != config_.workers) keys = "workers";
  if (next.log_format != config_.log_format) keys += keys.empty() ? "log.format" : " log.format";
  return keys;
}

void ProxyServer::Impl::set_options(const ProxyConfig& config) {
  const auto options = std::make_shared<const DataPlaneOptions>(
      data_plane_options(affordable(config, units_.size()), upstream_->hosts()));
  post_to_all(units_, [options](DataPlane& plane) { plane.set_options(*options); });
  const auto tee = tee_options(config, units_.size());
  const bool open = config.tees() && shadow_->current() != nullptr;
  post_to_all(units_, [open, tee](DataPlane& plane) { plane.set_tee(open, tee); });
}

Outcome<std::unique_ptr<ShadowPlane>> ProxyServer::Impl::prepare_shadow_plane(
    const ProxyConfig& config, std::vector<net::tcp::endpoint> forbidden) const {
  if (!config.tees()) return std::unique_ptr<ShadowPlane>();
  return shadow_->prepare(shadow_plane_options(config, std::move(forbidden)));
}

void ProxyServer::Impl::switch_shadow_plane(const ProxyConfig& config, std::unique_ptr<ShadowPlane> next) {
  const auto tee = tee_options(config, units_.size());
  const bool open = next != nullptr;
  // A plane that goes without a successor takes what is in the tees: nothing may be added meanwhile.
  const auto close = [tee](DataPlane& plane) { plane.set_tee(false, tee); };
  if (!open && shadow_->current() != nullptr) run_on_all(units_, close);
  shadow_->replace(std::move(next), kReplacedGrace);
  if (open) post_to_all(units_, [tee](DataPlane& plane) { plane.set_tee(true, tee); });
}

Outcome<std::unique_ptr<AdminServer>> ProxyServer::Impl::prepare_admin(
    const std::optional<AdminConfig>& admin) {
  const bool same_address = admin && admin_ && config_.admin && admin->address == config_.admin->address;
  if (!admin || (same_address && admin->tls_source == config_.admin->tls_source))
    return std::unique_ptr<AdminServer>();
  if (!same_address)
    if (const auto claimed = net::ListeningSocket::claim(admin->address); !claimed) return claimed.error();
  return AdminServer::listen(control_, *admin);
}

void ProxyServer::Impl::switch_admin(std::unique_ptr<AdminServer> next) {
  if (next || !config_.admin) admin_ = std::move(next);
  if (admin_) admin_->serve(*config_.admin, admin_hooks());
}

void ProxyServer::Impl::publish_addresses() {
  const std::lock_guard lock(addresses_mutex_);
  addresses_.clear();
  for (const auto& entry : listeners_->entries()) addresses_.push_back(entry.address);
  admin_address_.reset();
  if (admin_) admin_address_.emplace(config_.admin->address.address(), admin_->port());
}

}  // namespace understudy::proxy
