#include "proxy/upstream/upstream_control.hpp"

#include "core/telemetry/log.hpp"
#include "proxy/upstream/ejection.hpp"
#include "proxy/upstream/health_checker.hpp"
#include "proxy/upstream/name_watch.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

namespace understudy::proxy {
namespace {

using telemetry::Level;

/// A host with what is known of it and what looks after it.
struct Host {
  PrimaryHost settings;
  std::shared_ptr<HostRecord> record;
  std::vector<net::Endpoint> endpoints;
  HealthState health{HealthCheckOptions{}};
  Ejection ejection;
  std::uint64_t ejections = 0;
  std::array<std::uint64_t, kHealthResultNames.size()> checks{};
  std::unique_ptr<NameWatch> watch;
  std::unique_ptr<HealthChecker> checker;

  bool in_service() const noexcept { return health.healthy() && !ejection.active(); }
};

}  // namespace

class UpstreamControl::Impl {
 public:
  Impl(net::Worker& control, std::size_t workers)
      : control_(control), workers_(workers), return_timer_(control.executor()) {}

  void configure(PrimaryConfig config, const ResolvedHosts& resolved);
  void start(Hooks hooks);
  void stop();
  void publish();
  void forbid(const std::vector<net::tcp::endpoint>& addresses) const;
  std::shared_ptr<const HostSet> snapshot() const;
  std::vector<HostReport> reports() const;

 private:
  std::unique_ptr<Host> make(const PrimaryHost& settings);
  void look_after(Host& host);
  void found(Host& host, const std::vector<net::tcp::endpoint>& addresses);
  void checked(Host& host, HealthResult result, std::string_view cause);
  void suspect(const std::weak_ptr<HostRecord>& record);
  void eject(Host& host);
  void bring_back();
  void schedule_return();
  void apply(Host& host);

  net::Worker& control_;
  std::size_t workers_;
  net::Timer return_timer_;  ///< of the ejected host that is due next
  PrimaryConfig config_;
  Hooks hooks_;
  bool started_ = false;
  bool any_in_service_ = true;
  std::vector<std::unique_ptr<Host>> hosts_;  ///< in the order of the configuration
};

void UpstreamControl::Impl::configure(PrimaryConfig config, const ResolvedHosts& resolved) {
  std::vector<std::unique_ptr<Host>> next;
  for (std::size_t i = 0; i < config.hosts.size(); ++i) {
    const auto& settings = config.hosts[i];
    const auto same = [&](const auto& host) { return host && host->settings.name() == settings.name(); };
    const auto known = std::find_if(hosts_.begin(), hosts_.end(), same);
    auto& host = next.emplace_back(known != hosts_.end() ? std::move(*known) : make(settings));
    if (host->settings.tls != settings.tls) host->checker.reset();
    host->settings = settings;
    if (!resolved[i].empty()) host->endpoints = resolved[i];
  }
  // Those left behind are gone: their watches and checks end with them, their requests on the workers do not.
  hosts_ = std::move(next);
  const bool checks_change = config.health != config_.health;
  const bool resolve_changes = config.resolve != config_.resolve;
  config_ = std::move(config);
  for (auto& host : hosts_) {
    if (checks_change) host->checker.reset();
    if (resolve_changes) host->watch.reset();
    if (!config_.health) host->health = HealthState(HealthCheckOptions{});
    if (config_.health) host->health.set_options(*config_.health);
    // The only host is never ejected.
    host->record->set_error_limit(hosts_.size() > 1 ? config_.outlier.consecutive_errors : 0);
    if (started_) look_after(*host);
    if (host->ejection.active() && (hosts_.size() == 1 || config_.outlier.consecutive_errors == 0))
      host->ejection.end(Monotonic::now());
  }
  for (auto& host : hosts_) apply(*host);
  schedule_return();
}

std::unique_ptr<Host> UpstreamControl::Impl::make(const PrimaryHost& settings) {
  auto host = std::make_unique<Host>();
  // Called on workers: only posts. Who is meant is looked up when it is read, the host may be gone by then.
  auto self = std::make_shared<std::weak_ptr<HostRecord>>();
  host->record = std::make_shared<HostRecord>(settings.name(), workers_, [this, self] {
    control_.post([this, record = *self] { suspect(record); });
  });
  *self = host->record;
  if (config_.health) host->health = HealthState(*config_.health);
  return host;
}

void UpstreamControl::Impl::start(Hooks hooks) {
  hooks_ = std::move(hooks);
  started_ = true;
  for (auto& host : hosts_) look_after(*host);
}

void UpstreamControl::Impl::stop() {
  started_ = false;
  return_timer_.cancel();
  for (auto& host : hosts_) {
    host->watch.reset();
    host->checker.reset();
  }
}

void UpstreamControl::Impl::look_after(Host& host) {
  if (!host.watch)
    host.watch = std::make_unique<NameWatch>(
        control_, host.settings.url, !host.endpoints.empty(), config_.resolve,
        [this, &host](const std::vector<net::tcp::endpoint>& addresses) { found(host, addresses); });
  if (!host.checker && config_.health)
    host.checker = std::make_unique<HealthChecker>(
        control_,
        HealthChecker::Subject{
            host.settings.url, *config_.health, [&host] { return host.endpoints; },
            [this, &host](HealthResult result, std::string_view cause) { checked(host, result, cause); },
            host.settings.tls});
}

void UpstreamControl::Impl::found(Host& host, const std::vector<net::tcp::endpoint>& addresses) {
  std::vector<net::Endpoint> endpoints(addresses.begin(), addresses.end());
  // Resolvers rotate their answers: another order is no change.
  if (endpoints.size() == host.endpoints.size() &&
      std::is_permutation(endpoints.begin(), endpoints.end(), host.endpoints.begin()))
    return;
  forbid(addresses);
  host.endpoints = std::move(endpoints);
  telemetry::log(
      Level::info, "host_addresses_changed",
      {{"host", std::string_view(host.record->name())}, {"addresses", std::uint64_t{host.endpoints.size()}}});
  publish();
}

void UpstreamControl::Impl::checked(Host& host, HealthResult result, std::string_view cause) {
  ++host.checks[static_cast<std::size_t>(result)];
  if (!host.health.take(result)) return;
  const auto name = std::string_view(host.record->name());
  if (host.health.healthy())
    telemetry::log(Level::info, "host_healthy", {{"host", name}});
  else
    telemetry::log(
        Level::warning, "host_unhealthy",
        {{"host", name}, {"result", kHealthResultNames[static_cast<std::size_t>(result)]}, {"cause", cause}});
  apply(host);
}

void UpstreamControl::Impl::suspect(const std::weak_ptr<HostRecord>& record) {
  const auto wanted = record.lock();
  const auto host =
      std::find_if(hosts_.begin(), hosts_.end(), [&](const auto& each) { return each->record == wanted; });
  if (!wanted || host == hosts_.end()) return;
  const auto ejected =
      std::count_if(hosts_.begin(), hosts_.end(), [](const auto& each) { return each->ejection.active(); });
  const bool wrong = !(*host)->ejection.active() && config_.outlier.consecutive_errors != 0;
  if (wrong && may_eject(hosts_.size(), static_cast<std::size_t>(ejected), config_.outlier)) eject(**host);
  wanted->reviewed();
}

void UpstreamControl::Impl::eject(Host& host) {
  const auto duration = host.ejection.begin(Monotonic::now(), config_.outlier);
  ++host.ejections;
  telemetry::log(Level::warning, "host_ejected",
                 {{"host", std::string_view(host.record->name())},
                  {"errors_in_a_row", std::uint64_t{config_.outlier.consecutive_errors}},
                  {"seconds", std::chrono::duration<double>(duration).count()}});
  apply(host);
  schedule_return();
}

void UpstreamControl::Impl::bring_back() {
  const auto now = Monotonic::now();
  for (auto& host : hosts_) {
    if (!host->ejection.active() || host->ejection.until() > now) continue;
    host->ejection.end(now);
    host->record->reviewed();
    telemetry::log(Level::info, "host_returned", {{"host", std::string_view(host->record->name())}});
    apply(*host);
  }
  schedule_return();
}

void UpstreamControl::Impl::schedule_return() {
  std::optional<Monotonic::time_point> next;
  for (const auto& host : hosts_)
    if (host->ejection.active() && (!next || host->ejection.until() < *next)) next = host->ejection.until();
  return_timer_.cancel();
  if (!next) return;
  return_timer_.expires_at(*next);
  return_timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) bring_back();
  });
}

/// Tells the workers whether the host is in service, and the operator when none is.
void UpstreamControl::Impl::apply(Host& host) {
  host.record->set_in_service(host.in_service());
  const bool any =
      std::any_of(hosts_.begin(), hosts_.end(), [](const auto& each) { return each->in_service(); });
  if (any == std::exchange(any_in_service_, any)) return;
  if (any)
    telemetry::log(Level::info, "host_in_service_again", {{"host", std::string_view(host.record->name())}});
  else
    telemetry::log(Level::error, "no_host_in_service",
                   {{"note", std::string_view("requests go to all hosts until one is back")}});
}

/// Before anybody connects there: no shadow may be at an address of production.
void UpstreamControl::Impl::forbid(const std::vector<net::tcp::endpoint>& addresses) const {
  if (hooks_.production) hooks_.production(addresses);
}

void UpstreamControl::Impl::publish() {
  if (hooks_.publish) hooks_.publish(snapshot());
}

std::shared_ptr<const HostSet> UpstreamControl::Impl::snapshot() const {
  auto set = std::make_shared<HostSet>();
  set->balance = config_.balance;
  for (const auto& host : hosts_)
    set->entries.push_back(
        {host->record, host->settings.url, host->endpoints, host->settings.weight, host->settings.tls});
  return set;
}

std::vector<HostReport> UpstreamControl::Impl::reports() const {
  std::vector<HostReport> reports;
  for (const auto& host : hosts_) {
    auto& report = reports.emplace_back();
    report.name = host->record->name();
    report.healthy = host->health.healthy();
    report.ejected = host->ejection.active();
    report.ejections = host->ejections;
    report.checks = host->checks;
    for (const auto& counters : host->record->counters()) {
      for (std::size_t i = 0; i < report.responses.size(); ++i)
        report.responses[i] += counters.responses[i].value();
      report.errors += counters.errors.value();
      report.connections_open += counters.connections_open.load(std::memory_order_relaxed);
    }
  }
  return reports;
}

UpstreamControl::UpstreamControl(net::Worker& control, PrimaryConfig config, const ResolvedHosts& resolved,
                                 std::size_t workers)
    : impl_(std::make_unique<Impl>(control, workers)) {
  impl_->configure(std::move(config), resolved);
}

UpstreamControl::~UpstreamControl() = default;

std::shared_ptr<const HostSet> UpstreamControl::hosts() const { return impl_->snapshot(); }
void UpstreamControl::start(Hooks hooks) { impl_->start(std::move(hooks)); }
void UpstreamControl::reconfigure(PrimaryConfig config, const ResolvedHosts& resolved) {
  impl_->forbid(ip_endpoints(resolved));
  impl_->configure(std::move(config), resolved);
  impl_->publish();
}
void UpstreamControl::stop() { impl_->stop(); }
std::vector<HostReport> UpstreamControl::reports() const { return impl_->reports(); }

}  // namespace understudy::proxy
