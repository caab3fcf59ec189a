// The listeners of all workers together: what is open, and how to get from one configuration to the next
// without closing what stays.
#pragma once

#include "core/base/result.hpp"
#include "core/net/listening_socket.hpp"
#include "proxy/config/listener_config.hpp"
#include "proxy/downstream/listener_settings.hpp"
#include "proxy/systemd/inherited_sockets.hpp"
#include "proxy/worker_units.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace understudy::proxy {

/// One thread: the control thread, or whoever opens the proxy before it runs.
class ListenerSet {
 public:
  /// `units` outlive the set.
  ListenerSet(const WorkerUnits& units, InheritedSockets inherited)
      : units_(units), inherited_(std::move(inherited)) {}

  /// One address on every worker.
  struct Entry {
    ListenerId id = 0;
    std::string text;            ///< as configured: what makes it the same listener in the next configuration
    net::tcp::endpoint address;  ///< with its real port
    std::shared_ptr<const ListenerSettings> settings;
  };

  /// The way to another configuration. Whatever it has opened is closed again with it when it is not applied.
  class Change {
   public:
    /// All addresses that are listened on afterwards, in the order of the configuration.
    std::vector<net::tcp::endpoint> addresses() const;
    std::size_t added() const noexcept { return opened_.size(); }
    std::size_t removed() const noexcept { return removed_.size(); }

   private:
    friend class ListenerSet;
    struct Opened {
      Entry entry;
      std::vector<net::ListeningSocket> sockets;  ///< one per worker
    };
    std::vector<Entry> entries_;
    std::vector<Opened> opened_;
    std::vector<Entry> kept_;
    std::vector<Entry> removed_;
  };

  /// Opens what is new. Nothing else changes yet; fails with one sentence when an address cannot be had.
  Outcome<Change> prepare(const std::vector<ListenerConfig>& listeners);
  /// New listeners begin to accept, then those that are gone close as ListeningSocket's do: nobody who is
  /// waiting there is reset. Those that stay keep their sockets.
  void apply(Change change);

  const std::vector<Entry>& entries() const noexcept { return entries_; }

 private:
  struct Closing {
    net::tcp::endpoint address;
    std::chrono::steady_clock::time_point until;
  };

  Outcome<std::vector<net::ListeningSocket>> open(const ListenerConfig& listener) const;
  Outcome<std::vector<net::ListeningSocket>> share(net::ListeningSocket inherited) const;
  bool is_our_own_port(std::uint16_t port) const;

  const WorkerUnits& units_;
  InheritedSockets inherited_;
  std::vector<Entry> entries_;
  std::vector<Closing> closing_;  ///< removed a moment ago: their sockets may still be there
  ListenerId next_id_ = 1;
};

}  // namespace understudy::proxy
