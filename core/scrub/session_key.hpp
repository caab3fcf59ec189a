// Which exchanges belong to one user's session, without saying who: a keyed hash of the credential they
// share.
#pragma once

#include "core/http/fields.hpp"
#include "core/scrub/scrubber.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace understudy::scrub {

/// SipHash-2-4 (Aumasson and Bernstein 2012), 64 bits.
std::uint64_t siphash(const std::array<std::uint64_t, 2>& key, std::string_view bytes) noexcept;

/// Immutable; of one scrub key.
class SessionKeys {
 public:
  explicit SessionKeys(const Key& key) noexcept;

  /// Of raw, unscrubbed request fields: of Authorization, else of the cookie whose name says session, else of
  /// all cookies. 0 when there is none of these.
  std::uint64_t of(const http::Fields& request_fields) const noexcept;
  /// Of the credential itself: a session cookie's value, a whole Authorization or Cookie value. 0 when empty.
  std::uint64_t of_credential(std::string_view credential) const noexcept;

 private:
  std::array<std::uint64_t, 2> key_;
};

}  // namespace understudy::scrub
