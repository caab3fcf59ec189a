// Which sessions a purge is about: by their keys, or by the credential from which the proxy made the key.
#pragma once

#include "core/base/result.hpp"

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

namespace understudy::capture {

struct SessionOptions {
  std::vector<std::string> keys;         ///< 16 hex digits each
  std::vector<std::string> credentials;  ///< as clients sent them; "-": lines of standard input
  std::string key_file;                  ///< the scrubbing key, for credentials
};

/// Fails with what is wrong with an option; never repeats a credential.
Outcome<std::unordered_set<std::uint64_t>> session_keys_of(const SessionOptions& options);

}  // namespace understudy::capture
