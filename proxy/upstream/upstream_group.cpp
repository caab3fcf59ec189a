#include "proxy/upstream/upstream_group.hpp"

#include <algorithm>
#include <utility>

namespace understudy::proxy {
namespace {

net::OriginPoolOptions options_for(net::OriginPoolOptions options, const HostSet::Entry& entry,
                                   const net::Worker& worker) {
  // The record lives for as long as any connection that counts itself there.
  options.open_gauge = std::shared_ptr<std::atomic<std::uint64_t>>(
      entry.record, &entry.record->counters_of(worker.index()).connections_open);
  if (entry.tls) options.tls = entry.tls->attach();
  return options;
}

}  // namespace

UpstreamHost::UpstreamHost(net::Worker& worker, const net::OriginPoolOptions& options,
                           const HostSet::Entry& entry)
    : record(entry.record),
      counters(record->counters_of(worker.index())),
      pool(worker, options_for(options, entry, worker), entry.endpoints),
      weight(entry.weight),
      tls(entry.tls),
      resolved(!entry.endpoints.empty()) {}

UpstreamGroup::UpstreamGroup(net::Worker& worker, const net::OriginPoolOptions& options, const HostSet& hosts)
    : worker_(worker), options_(options), balancer_(hosts.balance, worker.index() + 1) {
  set_hosts(hosts);
}

void UpstreamGroup::set_hosts(const HostSet& hosts) {
  std::vector<std::unique_ptr<UpstreamHost>> next;
  next.reserve(hosts.entries.size());
  for (const auto& entry : hosts.entries) next.push_back(take(entry));
  for (auto& gone : hosts_) {
    if (!gone) continue;
    gone->removed = true;
    gone->pool.close_idle();
    if (gone->in_flight != 0) removed_.push_back(std::move(gone));
  }
  hosts_ = std::move(next);
  balancer_.set_balance(hosts.balance);
  balancer_.forget();
}

void UpstreamGroup::set_options(const net::OriginPoolOptions& options) {
  options_ = options;
  for (auto& host : hosts_) host->pool.set_options(options);
}

/// The host that has this record already, brought up to date, or a new one.
std::unique_ptr<UpstreamHost> UpstreamGroup::take(const HostSet::Entry& entry) {
  const auto same = [&](const auto& host) { return host && host->record == entry.record; };
  const auto found = std::find_if(hosts_.begin(), hosts_.end(), same);
  if (found == hosts_.end()) return std::make_unique<UpstreamHost>(worker_, options_, entry);
  auto host = std::move(*found);
  host->pool.set_endpoints(entry.endpoints);
  if (host->tls != entry.tls) {
    host->tls = entry.tls;
    host->pool.set_tls(entry.tls ? entry.tls->attach() : nullptr);
  }
  host->weight = entry.weight;
  host->resolved = host->resolved || !entry.endpoints.empty();
  return host;
}

UpstreamHost* UpstreamGroup::choose(std::span<UpstreamHost* const> tried) noexcept {
  // The usual case costs what a bare pool costs.
  if (hosts_.size() == 1) {
    auto* only = hosts_.front().get();
    return tried.empty() && only->resolved ? only : nullptr;
  }
  auto* host = balance(tried, true);
  return host != nullptr ? host : balance(tried, false);
}

UpstreamHost* UpstreamGroup::balance(std::span<UpstreamHost* const> tried, bool in_service) {
  candidates_.clear();
  for (const auto& host : hosts_) {
    const bool eligible = host->resolved && (!in_service || host->record->in_service()) &&
                          std::find(tried.begin(), tried.end(), host.get()) == tried.end();
    candidates_.push_back({host->weight, host->in_flight, eligible});
  }
  const auto chosen = balancer_.choose(candidates_);
  return chosen == Balancer::kNone ? nullptr : hosts_[chosen].get();
}

void UpstreamGroup::leave(UpstreamHost& host) noexcept {
  if (--host.in_flight != 0 || !host.removed) return;
  std::erase_if(removed_, [&](const auto& each) { return each.get() == &host; });
}

void UpstreamGroup::close_idle() noexcept {
  for (auto& host : hosts_) host->pool.close_idle();
}

}  // namespace understudy::proxy
