// Where operators reach the admin API, and what they must show there.
#pragma once

#include "core/net/endpoint.hpp"

#include <string>

namespace understudy::proxy {

struct AdminConfig {
  net::tcp::endpoint address;
  std::string token_file;
  /// What the file holds, without surrounding white space; empty: no token is asked for. Never shown or
  /// logged.
  std::string token;

  bool operator==(const AdminConfig&) const = default;
};

}  // namespace understudy::proxy
