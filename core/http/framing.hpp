// How a message body is delimited (RFC 9112 §6), decided once per message and nowhere else.
#pragma once

#include <cstdint>

namespace understudy::http {

struct BodyFraming {
  enum class Kind : std::uint8_t { none, length, chunked, until_close };

  Kind kind = Kind::none;
  std::uint64_t length = 0;  ///< bytes, when kind is length

  static constexpr BodyFraming none() { return {}; }
  static constexpr BodyFraming of_length(std::uint64_t bytes) { return {Kind::length, bytes}; }
  static constexpr BodyFraming chunked() { return {Kind::chunked, 0}; }
  static constexpr BodyFraming until_close() { return {Kind::until_close, 0}; }

  bool operator==(const BodyFraming&) const = default;
};

}  // namespace understudy::http
