// Target pinning: whether an address that a shadow resolves to is production.
#pragma once

#include "core/net/executor.hpp"

#include <span>

namespace understudy::proxy {

/// True when connecting to `target` could reach one of `forbidden`. IPv4-mapped and NAT64 (64:ff9b::/96)
/// addresses are compared as IPv4; a forbidden 0.0.0.0 or :: stands for every address of this machine, and so
/// does a target.
bool reaches_forbidden(const net::tcp::endpoint& target, std::span<const net::tcp::endpoint> forbidden);

}  // namespace understudy::proxy
