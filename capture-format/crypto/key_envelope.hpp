// The data key of one file as it stands in that file: wrapped, with the name of the key that opens it.
#pragma once

#include <cstddef>
#include <string>

namespace understudy::capture {

/// Of a key's name, in bytes. More: refused, by writer and reader.
inline constexpr std::size_t kKeyIdBytesMax = 64;
/// Of a wrapped key, in bytes: 60 by a key file; a key service's answer is larger.
inline constexpr std::size_t kWrappedKeyBytesMax = 1024;

struct KeyEnvelope {
  std::string key_id;
  std::string wrapped_key;

  bool operator==(const KeyEnvelope&) const = default;
};

}  // namespace understudy::capture
