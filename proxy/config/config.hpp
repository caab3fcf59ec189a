// What `understudy proxy` is told, from a file or from flags: one value, checked before anything is opened.
#pragma once

#include "capture-format/recorder.hpp"
#include "core/base/result.hpp"
#include "core/guard/guard.hpp"
#include "core/net/endpoint.hpp"
#include "core/scrub/scrubber.hpp"
#include "core/telemetry/log.hpp"
#include "proxy/access_log/access_log.hpp"
#include "proxy/config/admin_config.hpp"
#include "proxy/config/listener_config.hpp"
#include "proxy/downstream/options.hpp"
#include "proxy/downstream/sampler.hpp"
#include "proxy/shadow/shadow_options.hpp"
#include "proxy/upstream/primary_config.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::proxy {

/// What the shadow plane may use, over all workers and per shadow.
struct ShadowLimits {
  std::size_t body_bytes = 1024 * 1024;         ///< per side of an exchange; larger ones are not mirrored
  std::size_t memory_bytes = 64 * 1024 * 1024;  ///< of exchanges on their way, all workers together
  std::size_t in_flight = 1024;                 ///< per shadow
  std::size_t connections = 64;                 ///< per shadow
  std::chrono::nanoseconds response_timeout = std::chrono::seconds(10);
};

struct ProxyConfig {
  std::vector<ListenerConfig> listeners;
  PrimaryConfig primary;
  std::vector<ShadowTarget> shadows;
  double sample_share = 1.0;  ///< in [0, 1]
  SampleKey sample_key;
  guard::Options guard;
  scrub::Options scrub;
  std::optional<capture::RecorderOptions> capture;
  DownstreamOptions downstream;
  ShadowLimits shadow_limits;
  std::optional<AdminConfig> admin;
  unsigned workers = 0;  ///< 0: as many as the machine has threads
  telemetry::Level log_level = telemetry::Level::info;
  telemetry::LogFormat log_format = telemetry::LogFormat::text;
  std::optional<AccessLogOptions> access_log;

  /// Somebody wants to be told of exchanges.
  bool tees() const noexcept { return !shadows.empty() || capture.has_value(); }
};

/// Errors name file, line and column. What the file may hold is documented in proxy/README.md.
Outcome<ProxyConfig> load_config_file(const std::string& path);
Outcome<ProxyConfig> load_config_text(std::string_view text, const std::string& origin);

/// What a whole configuration must be, wherever its parts came from: a listener and a primary, distinct
/// shadow names, an admin address on loopback.
Outcome<> check_config(const ProxyConfig& config);

/// One JSON object for the admin API, without keys.
std::string to_json(const ProxyConfig& config);

}  // namespace understudy::proxy
