#include "proxy/listener_set.hpp"

#include "core/net/listener.hpp"

#include <algorithm>
#include <utility>

namespace understudy::proxy {
namespace {

using Sockets = std::vector<net::ListeningSocket>;

std::shared_ptr<const ListenerSettings> settings_of(const ListenerConfig& listener) {
  return std::make_shared<const ListenerSettings>(
      ListenerSettings{listener.tls_source, listener.proxy_protocol});
}

/// Takes the entry with `text` out of `entries`, if it is there.
bool take_entry(std::vector<ListenerSet::Entry>& entries, const std::string& text, ListenerSet::Entry& into) {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&text](const ListenerSet::Entry& entry) { return entry.text == text; });
  if (found == entries.end()) return false;
  into = std::move(*found);
  entries.erase(found);
  return true;
}

}  // namespace

std::vector<net::tcp::endpoint> ListenerSet::Change::addresses() const {
  std::vector<net::tcp::endpoint> all;
  for (const auto& entry : entries_) all.push_back(entry.address);
  return all;
}

bool ListenerSet::is_our_own_port(std::uint16_t port) const {
  const auto now = std::chrono::steady_clock::now();
  return std::any_of(entries_.begin(), entries_.end(),
                     [port](const Entry& entry) { return entry.address.port() == port; }) ||
         std::any_of(closing_.begin(), closing_.end(), [port, now](const Closing& each) {
           return each.address.port() == port && each.until > now;
         });
}

Outcome<Sockets> ListenerSet::share(net::ListeningSocket inherited) const {
  Sockets sockets;
  while (sockets.size() + 1 < units_.size()) {
    auto copy = inherited.duplicate();
    if (!copy) return copy.error();
    sockets.push_back(*std::move(copy));
  }
  sockets.push_back(std::move(inherited));
  return sockets;
}

Outcome<Sockets> ListenerSet::open(const ListenerConfig& listener) const {
  if (!listener.inherited.empty()) {
    auto inherited = inherited_.by_name(listener.inherited);
    if (!inherited) return inherited.error();
    return share(*std::move(inherited));
  }
  if (auto inherited = inherited_.by_address(listener.address)) return share(*std::move(inherited));
  net::ListenerOptions options;
  options.address = listener.address;
  options.reuse_port = true;
  // An address that overlaps one of ours is nobody else's.
  if (listener.address.port() == 0 || !is_our_own_port(listener.address.port())) {
    const auto claimed = net::ListeningSocket::claim(listener.address);
    if (!claimed) return claimed.error();
    options.address = *claimed;
  }
  Sockets sockets;
  for (std::size_t i = 0; i < units_.size(); ++i) {
    auto socket = net::ListeningSocket::open(options);
    if (!socket) return socket.error();
    sockets.push_back(*std::move(socket));
  }
  return sockets;
}

Outcome<ListenerSet::Change> ListenerSet::prepare(const std::vector<ListenerConfig>& listeners) {
  Change change;
  change.removed_ = entries_;
  for (const auto& listener : listeners) {
    Entry entry;
    if (take_entry(change.removed_, listener.text(), entry)) {
      entry.settings = settings_of(listener);
      change.kept_.push_back(entry);
    } else {
      auto sockets = open(listener);
      if (!sockets) return sockets.error();
      entry = {next_id_++, listener.text(), sockets->front().address(), settings_of(listener)};
      change.opened_.push_back({entry, *std::move(sockets)});
    }
    change.entries_.push_back(std::move(entry));
  }
  return change;
}

void ListenerSet::apply(Change change) {
  for (auto& opened : change.opened_) {
    for (std::size_t i = 0; i < units_.size(); ++i) {
      // std::function wants to copy what it holds.
      const auto socket = std::make_shared<net::ListeningSocket>(std::move(opened.sockets[i]));
      units_[i]->post(
          [plane = &units_[i]->plane(), socket, id = opened.entry.id, settings = opened.entry.settings] {
            plane->add_listener(id, std::move(*socket), settings);
          });
    }
  }
  for (const auto& kept : change.kept_)
    post_to_all(units_, [kept](DataPlane& plane) { plane.change_listener(kept.id, kept.settings); });
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(closing_, [now](const Closing& each) { return each.until <= now; });
  for (const auto& removed : change.removed_) {
    post_to_all(units_, [id = removed.id](DataPlane& plane) { plane.remove_listener(id); });
    closing_.push_back({removed.address, now + 2 * net::Listener::kSettleMax});
  }
  entries_ = std::move(change.entries_);
}

}  // namespace understudy::proxy
