// The endpoint paths of a chunk as a Bloom filter: a reader skips chunks that cannot hold the wanted
// endpoint.
#pragma once

#include "core/base/content_hash.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace understudy::capture {

/// 1,024 bits, 5 hash functions by double hashing of XXH64 (2.2 % false positives at 128 keys).
class RouteBloom {
 public:
  static constexpr std::size_t kBytes = 128;
  static constexpr std::size_t kHashes = 5;
  static constexpr std::size_t kKeysMax = 128;  ///< beyond, the chunk is flagged as saturated

  void clear() noexcept { bits_.fill(0); }

  /// False when the key was (or seemed to be) there already.
  bool add(std::uint64_t key_hash) noexcept {
    bool added = false;
    for (std::size_t i = 0; i < kHashes; ++i) {
      const auto bit = bit_of(key_hash, i);
      const auto mask = static_cast<unsigned char>(1u << (bit % 8));
      auto& byte = bits_[bit / 8];
      added = added || (byte & mask) == 0;
      byte = static_cast<unsigned char>(byte | mask);
    }
    return added;
  }

  bool may_contain(std::string_view key) const noexcept {
    const auto key_hash = content_hash(key);
    for (std::size_t i = 0; i < kHashes; ++i) {
      const auto bit = bit_of(key_hash, i);
      if ((bits_[bit / 8] >> (bit % 8) & 1) == 0) return false;
    }
    return true;
  }

  std::array<unsigned char, kBytes>& bytes() noexcept { return bits_; }
  const std::array<unsigned char, kBytes>& bytes() const noexcept { return bits_; }

 private:
  static std::uint32_t bit_of(std::uint64_t key_hash, std::size_t i) noexcept {
    const auto first = static_cast<std::uint32_t>(key_hash);
    const auto step = static_cast<std::uint32_t>(key_hash >> 32) | 1u;
    return (first + static_cast<std::uint32_t>(i) * step) % (kBytes * 8);
  }

  std::array<unsigned char, kBytes> bits_{};
};

}  // namespace understudy::capture
