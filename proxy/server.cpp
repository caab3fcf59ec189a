#include "proxy/server.hpp"

#include "core/net/endpoint.hpp"
#include "core/telemetry/log.hpp"
#include "proxy/admin/access_log_metrics.hpp"
#include "proxy/admin/metrics.hpp"
#include "proxy/admin/tls_metrics.hpp"
#include "proxy/admin/upstream_metrics.hpp"
#include "proxy/descriptor_budget.hpp"
#include "proxy/server_impl.hpp"

#include <utility>

#include <fmt/format.h>

namespace understudy::proxy {
namespace {

/// Mirrored requests in flight when the data plane has ended.
constexpr std::chrono::seconds kShadowGrace{2};

}  // namespace

ProxyServer::Impl::Impl(ServiceManager manager) : manager_(std::move(manager)) {}

ProxyServer::Impl::~Impl() {
  reloader_.reset();
  join_workers();
}

AdminHooks ProxyServer::Impl::admin_hooks() {
  AdminHooks hooks;
  hooks.ready = [this] { return drain_.phase() == Drain::Phase::serving; };
  hooks.config_json = [this] {
    auto in_force = config_;
    in_force.sample_share = share_.get();
    return to_json(in_force);
  };
  hooks.drain = [this] { drain_.begin(config_.downstream.timeouts); };
  if (shadow_->current() != nullptr) {
    hooks.set_shadow_paused = [this](bool paused) { shadow_->current()->set_paused(paused); };
    hooks.shadow_paused = [this] { return shadow_->current()->paused(); };
    hooks.set_shadow_percent = [this](double percent) { share_.set(percent / 100); };
    hooks.shadow_percent = [this] { return share_.get() * 100; };
    hooks.explain = [this](const http::Request& request) { return shadow_->current()->explain(request); };
  }
  hooks.metrics = metrics();
  return hooks;
}

std::vector<telemetry::MetricSource> ProxyServer::Impl::metrics() {
  using telemetry::MetricSet;
  std::vector<telemetry::MetricSource> sources;
  sources.push_back([this](MetricSet& set) { add_data_plane_metrics(counters(), set); });
  sources.push_back([this](MetricSet& set) {
    // Counts stay when the plane that made them has gone.
    const auto stats = shadow_->stats();
    if (shadow_->current() != nullptr || stats.events > 0) add_shadow_plane_metrics(stats, set);
  });
  sources.push_back([this](MetricSet& set) { add_upstream_metrics(upstream_->reports(), set); });
  sources.push_back([this](MetricSet& set) { add_tls_metrics(tls_.entries(), set); });
  sources.push_back([this](MetricSet& set) { add_access_log_metrics(access_log_.stats(), set); });
  sources.push_back([this](MetricSet& set) {
    if (reloader_) reloader_->add_metrics(set);
  });
  sources.push_back(add_process_metrics);
  return sources;
}

std::string ProxyServer::Impl::status_text() const {
  std::string listening;
  for (const auto& entry : listeners_->entries())
    listening += (listening.empty() ? "" : ", ") + net::endpoint_text(entry.address);
  return fmt::format("serving {} on {} workers", listening, units_.size());
}

void ProxyServer::Impl::announce() const {
  for (const auto& entry : listeners_->entries()) {
    const auto text = net::endpoint_text(entry.address);
    telemetry::log(telemetry::Level::info, "listening", {{"address", std::string_view(text)}});
  }
  if (const auto admin = admin_address()) {
    const auto text = net::endpoint_text(*admin);
    telemetry::log(telemetry::Level::info, "admin_listening", {{"address", std::string_view(text)}});
  }
  const auto wanted = config_.downstream.connections_max;
  const auto affordable = affordable_connections(wanted, units_.size());
  if (affordable < wanted)
    telemetry::log(telemetry::Level::warning, "connections_capped",
                   {{"per_worker", std::uint64_t{affordable}},
                    {"configured", std::uint64_t{wanted}},
                    {"open_files_limit", descriptor_limit()},
                    {"hint", std::string_view("raise the limit of open files (ulimit -n, LimitNOFILE=)")}});
  const auto primary = config_.primary.hosts.front().name();
  telemetry::log(telemetry::Level::info, "proxy_started",
                 {{"primary", std::string_view(primary)},
                  {"hosts", std::uint64_t{config_.primary.hosts.size()}},
                  {"workers", std::uint64_t{units_.size()}},
                  {"shadows", std::uint64_t{config_.shadows.size()}},
                  {"capture", config_.capture.has_value()}});
}

ExitCode ProxyServer::Impl::run() {
  upstream_->start({[this](const std::shared_ptr<const HostSet>& hosts) {
                      post_to_all(units_, [hosts](DataPlane& plane) { plane.set_hosts(*hosts); });
                    },
                    [this](const std::vector<net::tcp::endpoint>& addresses) {
                      if (auto* const plane = shadow_->current()) plane->forbid(addresses);
                    }});
  for (auto& unit : units_) unit->start();
  running_ = true;
  reloader_ = std::make_unique<Reloader>(
      control_, Reloader::Steps{[this](ProxyConfig config) { return prepare(std::move(config)); },
                                [this](const PreparedConfig& next) { return apply(next); }});
  drain_.serving();
  announce();
  manager_.notifier.ready(status_text());
  watchdog_.start();
  tls_.start(control_);
  control_.run();
  reloader_->stop();
  tls_.stop();
  join_workers();
  access_log_.stop();
  const bool ok = drain_.exit_code() == ExitCode::ok;
  shadow_->stop(ok ? kShadowGrace : std::chrono::nanoseconds(0));
  telemetry::log(telemetry::Level::info, "proxy_stopped");
  return drain_.exit_code();
}

void ProxyServer::Impl::join_workers() {
  for (auto& unit : units_) unit->end();
}

void ProxyServer::Impl::drain() {
  control_.post([this] { drain_.begin(config_.downstream.timeouts); });
}

void ProxyServer::Impl::stop() {
  control_.post([this] { drain_.stop(); });
}

void ProxyServer::Impl::reload(Reloader::Load load, Reloader::Done done) {
  control_.post([this, load = std::move(load), done = std::move(done)] {
    manager_.notifier.reloading();
    reloader_->request(load, [this, done](const Outcome<>& outcome) {
      manager_.notifier.ready(outcome ? status_text() : "reload failed: " + outcome.error().message);
      if (done) done(outcome);
    });
  });
}

std::vector<const WorkerCounters*> ProxyServer::Impl::counters() const {
  std::vector<const WorkerCounters*> all;
  for (const auto& unit : units_) all.push_back(&unit->plane().counters());
  return all;
}

std::vector<net::tcp::endpoint> ProxyServer::Impl::addresses() const {
  const std::lock_guard lock(addresses_mutex_);
  return addresses_;
}

std::optional<net::tcp::endpoint> ProxyServer::Impl::admin_address() const {
  const std::lock_guard lock(addresses_mutex_);
  return admin_address_;
}

ProxyServer::ProxyServer() = default;
ProxyServer::~ProxyServer() = default;

Outcome<std::unique_ptr<ProxyServer>> ProxyServer::open(ProxyConfig config, ServiceManager manager) {
  std::unique_ptr<ProxyServer> server(new ProxyServer);
  server->impl_ = std::make_unique<Impl>(std::move(manager));
  if (auto opened = server->impl_->open(std::move(config)); !opened) return opened.error();
  return server;
}

std::vector<net::tcp::endpoint> ProxyServer::addresses() const { return impl_->addresses(); }
std::optional<net::tcp::endpoint> ProxyServer::admin_address() const { return impl_->admin_address(); }
ExitCode ProxyServer::run() { return impl_->run(); }
void ProxyServer::drain() { impl_->drain(); }
void ProxyServer::stop() { impl_->stop(); }
void ProxyServer::reload(std::function<Outcome<ProxyConfig>()> load,
                         std::function<void(const Outcome<>&)> done) {
  impl_->reload(std::move(load), std::move(done));
}
void ProxyServer::reopen_logs() { impl_->reopen_logs(); }
std::vector<const WorkerCounters*> ProxyServer::counters() const { return impl_->counters(); }
ShadowStats ProxyServer::shadow_stats() const { return impl_->shadow_stats(); }

}  // namespace understudy::proxy
