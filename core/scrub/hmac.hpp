// HMAC-SHA-256 (RFC 2104) with the two key blocks hashed once, because a token is made for every hit.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace understudy::scrub {

using Digest = std::array<std::uint8_t, 32>;

/// Immutable after construction; usable by any thread.
class Hmac {
 public:
  explicit Hmac(std::span<const std::uint8_t> key);
  ~Hmac();
  Hmac(Hmac&&) noexcept;
  Hmac& operator=(Hmac&&) noexcept;

  Digest digest(std::string_view message) const noexcept;

 private:
  struct States;
  std::unique_ptr<States> states_;
};

}  // namespace understudy::scrub
