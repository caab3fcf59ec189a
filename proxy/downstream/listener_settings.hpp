// What the data plane must know of the listener that a connection came in by: an immutable snapshot, replaced
// as a whole by a reload.
#pragma once

#include "proxy/downstream/proxy_protocol_policy.hpp"

#include <cstdint>
#include <memory>

namespace understudy::net {
class TlsServerSource;
}

namespace understudy::proxy {

/// A listener's number: the same on every worker, given once in the life of a process.
using ListenerId = std::uint64_t;

struct ListenerSettings {
  std::shared_ptr<net::TlsServerSource> tls;  ///< null: plain
  ProxyProtocolPolicy proxy_protocol;
};

}  // namespace understudy::proxy
