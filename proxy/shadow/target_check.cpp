#include "proxy/shadow/target_check.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <vector>

namespace understudy::proxy {
namespace {

namespace ip = net::asio::ip;

/// An IPv4 address inside an IPv6 one is compared as what it reaches.
ip::address normalized(const ip::address& address) {
  if (!address.is_v6()) return address;
  const auto v6 = address.to_v6();
  if (v6.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, v6);
  constexpr std::array<unsigned char, 12> kNat64{0x00, 0x64, 0xff, 0x9b};
  const auto bytes = v6.to_bytes();
  if (std::equal(kNat64.begin(), kNat64.end(), bytes.begin()))
    return ip::address_v4({bytes[12], bytes[13], bytes[14], bytes[15]});
  // The scope says by which interface, not whom.
  return ip::address_v6(bytes);
}

std::vector<ip::address> interface_addresses() {
  std::vector<ip::address> addresses;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return addresses;
  for (const auto* each = list; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr) continue;
    if (each->ifa_addr->sa_family == AF_INET) {
      sockaddr_in v4{};
      std::memcpy(&v4, each->ifa_addr, sizeof v4);
      addresses.emplace_back(ip::address_v4(ntohl(v4.sin_addr.s_addr)));
    } else if (each->ifa_addr->sa_family == AF_INET6) {
      sockaddr_in6 v6{};
      std::memcpy(&v6, each->ifa_addr, sizeof v6);
      ip::address_v6::bytes_type bytes;
      std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
      addresses.emplace_back(ip::address_v6(bytes));
    }
  }
  ::freeifaddrs(list);
  return addresses;
}

bool is_this_machine(const ip::address& address) {
  if (address.is_unspecified() || address.is_loopback()) return true;
  const auto own = interface_addresses();
  return std::find(own.begin(), own.end(), address) != own.end();
}

}  // namespace

bool reaches_forbidden(const net::tcp::endpoint& target, std::span<const net::tcp::endpoint> forbidden) {
  const auto address = normalized(target.address());
  for (const auto& each : forbidden) {
    if (each.port() != target.port()) continue;
    const auto other = normalized(each.address());
    if (other == address) return true;
    if (other.is_unspecified() && is_this_machine(address)) return true;
    if (address.is_unspecified() && is_this_machine(other)) return true;
  }
  return false;
}

}  // namespace understudy::proxy
