// Everything a replay can be told, validated; how it is said is command.cpp's business.
#pragma once

#include "capture-format/crypto/key_ring.hpp"
#include "core/guard/guard.hpp"
#include "core/http/fields.hpp"
#include "core/net/endpoint.hpp"
#include "core/net/tls_client.hpp"
#include "replay/judge/threshold.hpp"
#include "replay/pacer.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace understudy::replay {

struct Options {
  std::vector<std::filesystem::path> captures;
  capture::KeyRingPtr keys;  ///< of encrypted captures; null: such are refused
  net::OriginUrl target;
  net::TlsClientOptions tls;  ///< for an https target
  Pace pace = SpeedPace{};
  std::string pace_text = "1x";                      ///< as reports show it
  std::optional<std::chrono::nanoseconds> duration;  ///< exchanges due later are left out
  std::size_t connections = 64;
  std::size_t in_flight_max = 64;
  double sample = 1;  ///< share of sessions
  std::uint64_t seed = 1;
  guard::Options guard;
  http::Fields headers;             ///< replace the recorded fields of the same name
  std::optional<std::string> host;  ///< replaces the recorded authority
  std::chrono::nanoseconds timeout = std::chrono::seconds(30);
  std::chrono::nanoseconds late_max = std::chrono::seconds(10);
  std::vector<Threshold> thresholds;
  std::optional<std::filesystem::path> report_directory;
  bool json_to_stdout = false;
  bool allow_unscrubbed = false;
  std::size_t memory_bytes = 128 * 1024 * 1024;  ///< exchanges between the reader and the judge
  bool handle_signals = false;                   ///< INT and TERM end the run early
  bool show_progress = false;                    ///< a progress line on stderr
};

}  // namespace understudy::replay
