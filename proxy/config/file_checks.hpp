// What `--validate` looks at beyond the file itself: places that the proxy will want to write to.
#pragma once

#include "core/base/result.hpp"
#include "proxy/config/config.hpp"

namespace understudy::proxy {

/// The capture directory and the access log's file can be written, or made; the captures' key file can be
/// used (a key command is not run). Changes nothing. Certificates, other keys and tokens are read with the
/// configuration.
Outcome<> check_files(const ProxyConfig& config);

}  // namespace understudy::proxy
