// Where a shadow is: looks its name up again and again, and lets no production address through.
#pragma once

#include "core/net/endpoint.hpp"
#include "core/net/worker.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace understudy::proxy {

/// Addresses of production, which may grow while the plane runs. Belongs to one worker's thread.
using ForbiddenEndpoints = std::vector<net::tcp::endpoint>;

/// Connections are made only to numeric endpoints given out here, so that nothing can change between the
/// check and the connect. Belongs to one worker's thread.
class TargetResolver {
 public:
  enum class State : std::uint8_t {
    pending,     ///< the first look-up has not ended
    unresolved,  ///< the name has no address, or cannot be looked up
    refused,     ///< one of its addresses is production
    resolved,
  };

  /// `forbidden` must outlive the resolver. `changed` is called whenever state or endpoints have changed.
  TargetResolver(net::Worker& worker, std::string name, const net::OriginUrl& url,
                 const ForbiddenEndpoints& forbidden, std::chrono::nanoseconds interval,
                 std::function<void()> changed);

  /// An address is checked at once; a name is looked up every interval (an unresolved one every second) until
  /// `stop`.
  void start();
  void stop();
  /// After `forbidden` has changed.
  void check_again();

  State state() const noexcept { return state_; }
  const std::vector<net::tcp::endpoint>& endpoints() const noexcept { return endpoints_; }
  /// Changes with the endpoints: a connection made under another generation is not used any more.
  std::uint64_t generation() const noexcept { return generation_; }

 private:
  using Resolver = net::asio::ip::basic_resolver<net::tcp, net::Executor>;

  net::Task<> keep_looking();
  void accept(std::vector<net::tcp::endpoint> found, std::string_view error);

  net::Worker& worker_;
  std::string name_;
  const net::OriginUrl& url_;
  const ForbiddenEndpoints& forbidden_;
  std::chrono::nanoseconds interval_;
  std::function<void()> changed_;
  Resolver resolver_;
  net::Timer timer_;
  bool stopped_ = false;
  State state_ = State::pending;
  std::vector<net::tcp::endpoint> endpoints_;
  std::uint64_t generation_ = 0;
};

}  // namespace understudy::proxy
