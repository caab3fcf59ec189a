// Whether a listener expects the PROXY protocol, and from whom: a plain struct that proxy/config fills.
#pragma once

#include "core/base/result.hpp"
#include "core/net/executor.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>

namespace understudy::proxy {

/// A block of addresses, such as 10.0.0.0/8 or fd00::/8.
class AddressRange {
 public:
  /// "10.0.0.0/8", "fd00::/8", or one address. Bits beyond the prefix must be zero.
  static Outcome<AddressRange> parse(std::string_view text);

  /// An IPv4 address inside an IPv6 one (::ffff:10.1.2.3) counts as IPv4.
  bool contains(const net::asio::ip::address& address) const noexcept;
  std::string text() const;

  bool operator==(const AddressRange&) const = default;

 private:
  AddressRange(const net::asio::ip::address& network, unsigned prefix_bits)
      : network_(network), prefix_bits_(prefix_bits) {}

  net::asio::ip::address network_;
  unsigned prefix_bits_;
};

struct ProxyProtocolPolicy {
  enum class Mode : std::uint8_t {
    off,       ///< the first byte belongs to HTTP or TLS
    require,   ///< a connection without a header is closed
    optional,  ///< peers in `trusted` may send one; nobody else's is understood
  };
  Mode mode = Mode::off;
  /// Who is believed. Empty with `require`: every peer; `optional` needs at least one range, or any client
  /// could name itself.
  std::vector<AddressRange> trusted;

  bool trusts(const net::asio::ip::address& peer) const noexcept;
  bool operator==(const ProxyProtocolPolicy&) const = default;
};

}  // namespace understudy::proxy
