// The PROXY protocol, versions 1 and 2, as text and bytes: what a load balancer says about its client before
// the first byte of TLS or HTTP. Sans-I/O. Source: proxy-protocol.txt, 2020/03/05.
#pragma once

#include "core/net/executor.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace understudy::proxy {

/// Bytes of a whole header that are ever needed at once; a longer one is malformed. The specification's own
/// parts take 536 at most, the rest is for TLVs.
inline constexpr std::size_t kProxyHeaderBytesMax = 4 * 1024;

struct ProxyHeaderStep {
  enum class State : std::uint8_t {
    incomplete,  ///< so far so good: come again with these bytes and more
    whole,
    absent,     ///< what comes is no such header, and nothing of it may be dropped
    malformed,  ///< it began like one and is not: the connection is to be closed
  };
  State state = State::incomplete;
  std::size_t size = 0;  ///< `whole`: bytes of the header; what follows belongs to the client
  /// `whole`: the client. Nothing for v2 LOCAL, v1 UNKNOWN, Unix sockets and datagrams: the connection's own
  /// address counts then.
  std::optional<net::tcp::endpoint> client;
};

/// Looks at the bytes that a connection has begun with. TLVs are checked for their lengths and for a CRC32c,
/// and skipped.
ProxyHeaderStep parse_proxy_header(std::string_view bytes);

}  // namespace understudy::proxy
