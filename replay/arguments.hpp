// The command line as given, and its translation into options.
#pragma once

#include "capture-format/crypto/key_ring.hpp"
#include "core/base/result.hpp"
#include "replay/options.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace understudy::replay {

struct Arguments {
  std::string target;
  std::vector<std::string> captures;
  std::string speed;
  std::string rate;
  bool max = false;
  std::string duration;
  std::size_t connections = 64;
  std::size_t in_flight_max = 0;  ///< 0: one per connection
  std::string sample;
  std::string guard_file;
  std::vector<std::string> headers;
  std::string host;
  std::string ca;
  std::string certificate;
  std::string key;
  bool insecure = false;
  std::string timeout = "30s";
  std::string late_max = "10s";
  std::vector<std::string> thresholds;
  std::uint64_t seed = 1;
  std::string report;
  bool json = false;
  bool allow_unscrubbed = false;
  capture::KeyOptions keys;
};

/// Fails with one line that names the option and how to write it. Reads the guard file and those
/// of TLS.
Outcome<Options> options_of(const Arguments& arguments);

}  // namespace understudy::replay
