#include "proxy/server.hpp"

#include "core/net/endpoint.hpp"
#include "core/net/listener.hpp"
#include "core/net/worker.hpp"
#include "core/telemetry/log.hpp"
#include "proxy/access_log/access_log.hpp"
#include "proxy/admin/access_log_metrics.hpp"
#include "proxy/admin/admin.hpp"
#include "proxy/admin/metrics.hpp"
#include "proxy/admin/upstream_metrics.hpp"
#include "proxy/config/plane_options.hpp"
#include "proxy/shadow/shadow_plane.hpp"
#include "proxy/upstream/upstream_control.hpp"
#include "proxy/worker_unit.hpp"

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <utility>

#include <fmt/format.h>

namespace understudy::proxy {
namespace {

/// How long connections may take to notice an immediate stop before they are torn down with their worker.
constexpr std::chrono::milliseconds kAbandonGrace{500};
/// Mirrored requests in flight when the data plane has ended.
constexpr std::chrono::seconds kShadowGrace{2};

/// The address with its real port, if it is free. SO_REUSEPORT, which lets our workers share it, would also
/// let us share it with another program of the same user and get half of its clients.
Outcome<net::tcp::endpoint> claim(const net::tcp::endpoint& address) {
  net::Worker probe;
  net::ListenerOptions options;
  options.address = address;
  const auto listener = net::Listener::open(probe, options);
  if (!listener) return listener.error();
  return (*listener)->address();
}

}  // namespace

class ProxyServer::Impl {
 public:
  explicit Impl(ProxyConfig config) : config_(std::move(config)), share_(config_.sample_share) {}
  ~Impl();

  Outcome<> open();
  ExitCode run();
  void drain();
  void stop();
  void apply(const ProxyConfig& config);
  void reopen_logs() { access_log_.reopen(); }

  std::vector<const WorkerCounters*> counters() const;
  ShadowStats shadow_stats() const { return shadow_ ? shadow_->stats() : ShadowStats{}; }
  const std::vector<net::tcp::endpoint>& addresses() const { return addresses_; }
  std::optional<net::tcp::endpoint> admin_address() const;
  net::Worker& control() { return control_; }

 private:
  enum class Phase : std::uint8_t { starting, serving, draining, stopping };

  Outcome<> open_workers(std::size_t count);
  Outcome<> open_shadow_plane(std::vector<net::tcp::endpoint> forbidden);
  Outcome<> open_admin();
  AdminHooks admin_hooks();
  void announce() const;
  void begin_drain();
  void begin_stop();
  void unit_ended();
  void join_workers();

  ProxyConfig config_;
  SampleShare share_;
  net::Worker control_;
  net::Timer patience_{control_.executor()};
  std::unique_ptr<UpstreamControl> upstream_;  ///< longer than the workers, which report to it
  AccessLog access_log_;                       ///< longer than the workers, which fill its queues
  std::vector<std::unique_ptr<WorkerUnit>> units_;
  std::unique_ptr<ShadowPlane> shadow_;
  std::unique_ptr<AdminServer> admin_;
  std::vector<net::tcp::endpoint> addresses_;
  std::atomic<Phase> phase_{Phase::starting};
  std::size_t units_running_ = 0;  ///< control thread
  ExitCode exit_code_ = ExitCode::ok;
};

ProxyServer::Impl::~Impl() {
  join_workers();
  if (shadow_) shadow_->stop(std::chrono::nanoseconds(0));
}

Outcome<> ProxyServer::Impl::open() {
  if (auto checked = check_config(config_); !checked) return checked;
  const auto resolved = resolve_hosts(config_.primary);
  if (!resolved) return resolved.error();
  const std::size_t hardware = std::max(1U, std::thread::hardware_concurrency());
  const std::size_t workers = config_.workers != 0 ? config_.workers : hardware;
  upstream_ = std::make_unique<UpstreamControl>(control_, config_.primary, *resolved, workers);
  if (auto opened = access_log_.configure(config_.access_log, config_.scrub); !opened) return opened;
  if (auto opened = open_workers(workers); !opened) return opened;
  if (auto checked = check_primary(config_, *resolved, addresses_); !checked) return checked;
  auto forbidden = ip_endpoints(*resolved);
  forbidden.insert(forbidden.end(), addresses_.begin(), addresses_.end());
  if (auto opened = open_shadow_plane(std::move(forbidden)); !opened) return opened;
  return open_admin();
}

Outcome<> ProxyServer::Impl::open_workers(std::size_t count) {
  const auto options = data_plane_options(config_, upstream_->hosts());
  const auto tee = config_.tees() ? std::optional(tee_options(config_, count)) : std::nullopt;
  for (const auto& listener : config_.listeners) {
    const auto ours = claim(listener.address);
    if (!ours) return ours.error();
    addresses_.push_back(*ours);
  }
  for (std::size_t index = 0; index < count; ++index) {
    auto& unit = *units_.emplace_back(
        std::make_unique<WorkerUnit>(static_cast<unsigned>(index), options, share_, tee));
    unit.plane().set_access_log(access_log_.add_queue());
    for (const auto& address : addresses_)
      if (auto listening = unit.plane().listen(address); !listening) return listening.error();
  }
  return {};
}

Outcome<> ProxyServer::Impl::open_shadow_plane(std::vector<net::tcp::endpoint> forbidden) {
  if (!config_.tees()) return {};
  if (auto checked = check_shadows(config_, forbidden); !checked) return checked;
  std::vector<Tee*> tees;
  for (const auto& unit : units_) tees.push_back(unit->tee());
  auto plane = ShadowPlane::start(shadow_plane_options(config_, std::move(forbidden)), std::move(tees));
  if (!plane) return plane.error();
  shadow_ = std::move(*plane);
  return {};
}

Outcome<> ProxyServer::Impl::open_admin() {
  if (!config_.admin) return {};
  auto admin = AdminServer::listen(control_, config_.admin->address, admin_hooks());
  if (!admin) return admin.error();
  admin_ = std::move(*admin);
  return {};
}

AdminHooks ProxyServer::Impl::admin_hooks() {
  AdminHooks hooks;
  hooks.ready = [this] { return phase_ == Phase::serving; };
  hooks.config_json = [this] {
    auto in_force = config_;
    in_force.sample_share = share_.get();
    return to_json(in_force);
  };
  hooks.drain = [this] { begin_drain(); };
  if (shadow_) {
    hooks.set_shadow_paused = [this](bool paused) { shadow_->set_paused(paused); };
    hooks.shadow_paused = [this] { return shadow_->paused(); };
    hooks.set_shadow_percent = [this](double percent) { share_.set(percent / 100); };
    hooks.shadow_percent = [this] { return share_.get() * 100; };
    hooks.explain = [this](const http::Request& request) { return shadow_->explain(request); };
  }
  hooks.metrics.push_back(
      [this](telemetry::MetricSet& metrics) { add_data_plane_metrics(counters(), metrics); });
  if (shadow_)
    hooks.metrics.push_back(
        [this](telemetry::MetricSet& metrics) { add_shadow_plane_metrics(shadow_->stats(), metrics); });
  hooks.metrics.push_back(
      [this](telemetry::MetricSet& metrics) { add_upstream_metrics(upstream_->reports(), metrics); });
  hooks.metrics.push_back(
      [this](telemetry::MetricSet& metrics) { add_access_log_metrics(access_log_.stats(), metrics); });
  hooks.metrics.push_back(add_process_metrics);
  return hooks;
}

void ProxyServer::Impl::announce() const {
  for (const auto& address : addresses_) {
    const auto text = net::endpoint_text(address);
    telemetry::log(telemetry::Level::info, "listening", {{"address", std::string_view(text)}});
  }
  if (const auto admin = admin_address()) {
    const auto text = net::endpoint_text(*admin);
    telemetry::log(telemetry::Level::info, "admin_listening", {{"address", std::string_view(text)}});
  }
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
                      for (auto& unit : units_)
                        unit->post([plane = &unit->plane(), hosts] { plane->set_hosts(*hosts); });
                    },
                    [this](const std::vector<net::tcp::endpoint>& addresses) {
                      if (shadow_) shadow_->forbid(addresses);
                    }});
  units_running_ = units_.size();
  for (auto& unit : units_) unit->start();
  auto expected = Phase::starting;
  phase_.compare_exchange_strong(expected, Phase::serving);
  announce();
  control_.run();
  join_workers();
  access_log_.stop();
  if (shadow_) shadow_->stop(exit_code_ == ExitCode::ok ? kShadowGrace : std::chrono::nanoseconds(0));
  telemetry::log(telemetry::Level::info, "proxy_stopped");
  return exit_code_;
}

void ProxyServer::Impl::begin_drain() {
  if (phase_ >= Phase::draining) return;
  phase_ = Phase::draining;
  telemetry::log(telemetry::Level::info, "draining");
  for (auto& unit : units_)
    unit->post([this, plane = &unit->plane()] {
      plane->drain([this] { control_.post([this] { unit_ended(); }); });
    });
  patience_.expires_after(config_.downstream.timeouts.drain);
  patience_.async_wait([this](const boost::system::error_code& cancelled) {
    if (cancelled) return;
    telemetry::log(telemetry::Level::warning, "drain_deadline_passed");
    control_.stop();
  });
}

void ProxyServer::Impl::begin_stop() {
  if (phase_ == Phase::stopping) return;
  phase_ = Phase::stopping;
  exit_code_ = ExitCode::interrupted;
  for (auto& unit : units_)
    unit->post([this, plane = &unit->plane()] {
      plane->abandon();
      plane->drain([this] { control_.post([this] { unit_ended(); }); });
    });
  patience_.expires_after(kAbandonGrace);
  patience_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) control_.stop();
  });
}

void ProxyServer::Impl::unit_ended() {
  if (--units_running_ == 0) control_.stop();
}

void ProxyServer::Impl::join_workers() {
  for (auto& unit : units_) unit->end();
}

void ProxyServer::Impl::drain() {
  control_.post([this] { begin_drain(); });
}

void ProxyServer::Impl::stop() {
  control_.post([this] { begin_stop(); });
}

void ProxyServer::Impl::apply(const ProxyConfig& config) { share_.set(config.sample_share); }

std::vector<const WorkerCounters*> ProxyServer::Impl::counters() const {
  std::vector<const WorkerCounters*> all;
  for (const auto& unit : units_) all.push_back(&unit->plane().counters());
  return all;
}

std::optional<net::tcp::endpoint> ProxyServer::Impl::admin_address() const {
  if (!admin_) return std::nullopt;
  return net::tcp::endpoint(config_.admin->address.address(), admin_->port());
}

ProxyServer::ProxyServer() = default;
ProxyServer::~ProxyServer() = default;

Outcome<std::unique_ptr<ProxyServer>> ProxyServer::open(ProxyConfig config) {
  std::unique_ptr<ProxyServer> server(new ProxyServer);
  server->impl_ = std::make_unique<Impl>(std::move(config));
  if (auto opened = server->impl_->open(); !opened) return opened.error();
  return server;
}

const std::vector<net::tcp::endpoint>& ProxyServer::addresses() const noexcept { return impl_->addresses(); }
std::optional<net::tcp::endpoint> ProxyServer::admin_address() const noexcept {
  return impl_->admin_address();
}
ExitCode ProxyServer::run() { return impl_->run(); }
void ProxyServer::drain() { impl_->drain(); }
void ProxyServer::stop() { impl_->stop(); }
void ProxyServer::apply(const ProxyConfig& config) { impl_->apply(config); }
void ProxyServer::reopen_logs() { impl_->reopen_logs(); }
std::vector<const WorkerCounters*> ProxyServer::counters() const { return impl_->counters(); }
ShadowStats ProxyServer::shadow_stats() const { return impl_->shadow_stats(); }

}  // namespace understudy::proxy
