// How many connections each client address has open on a worker: for the limit per client.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>

namespace understudy::proxy {

/// Belongs to one worker's thread. Holds an entry per address with a counted connection, so at most as many
/// as there may be connections.
class ClientCounts {
 public:
  /// A counted connection; counts until destroyed.
  class Slot {
   public:
    Slot() = default;
    Slot(ClientCounts& counts, std::string address) : counts_(&counts), address_(std::move(address)) {}
    Slot(Slot&& other) noexcept
        : counts_(std::exchange(other.counts_, nullptr)), address_(std::move(other.address_)) {}
    Slot& operator=(Slot&&) = delete;
    ~Slot() {
      if (counts_ != nullptr) counts_->leave(address_);
    }
    bool counted() const noexcept { return counts_ != nullptr; }

   private:
    ClientCounts* counts_ = nullptr;
    std::string address_;
  };

  /// A slot that is not counted when `address` has `connections_max` already.
  Slot enter(const std::string& address, std::size_t connections_max) {
    auto& open = open_[address];
    if (open >= connections_max) return {};
    ++open;
    return {*this, address};
  }

 private:
  void leave(const std::string& address) {
    const auto entry = open_.find(address);
    if (--entry->second == 0) open_.erase(entry);
  }

  std::unordered_map<std::string, std::size_t> open_;
};

}  // namespace understudy::proxy
