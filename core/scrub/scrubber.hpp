// Removes credentials and personal data from messages: the one way from raw traffic to anything that leaves.
#pragma once

#include "core/http/message.hpp"
#include "core/scrub/scrubbed.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace understudy::scrub {

/// 32 secret bytes: the same key gives the same token for the same value.
using Key = std::array<std::uint8_t, 32>;

struct Options {
  Key key{};
  std::size_t body_bytes_max = 8 * 1024 * 1024;  ///< decoded; larger bodies are removed (BodyState::failed)
  std::size_t json_depth_max = 128;

  bool operator==(const Options&) const = default;
};

/// What became of a body.
enum class BodyState : std::uint8_t {
  clean,                 ///< nothing found; byte-identical
  redacted,              ///< values replaced by inert tokens
  failed,                ///< could not be parsed: removed (scrub_failed)
  encoding_unsupported,  ///< content coding or charset we do not decode: removed
};

/// A redaction count per detector, for metrics and provenance. Never a value.
struct Hit {
  std::string detector;  ///< closed list: credential_header, cookie, email, card, credential_field ...
  std::uint32_t count = 0;
};

template <class Message>
struct Report {
  Scrubbed<Message> message;
  BodyState body = BodyState::clean;
  std::uint32_t redactions = 0;
  std::vector<Hit> hits;
  bool body_kept() const noexcept { return body == BodyState::clean || body == BodyState::redacted; }
};

/// Deterministic and const: usable by any thread. A removed body leaves an empty one; the head is always
/// scrubbed. Content-Length follows the new body; a decoded body loses its Content-Encoding; validators over
/// the old bytes (ETag of a changed body, Content-MD5, Digest, Content-Digest, Signature) are dropped when
/// the body changes.
class Scrubber {
 public:
  explicit Scrubber(const Options& options);
  ~Scrubber();

  Report<http::Request> scrub(http::Request request) const;
  Report<http::Response> scrub(http::Response response) const;

  /// A short id of rules and key epoch, stored in captures as provenance.
  std::uint32_t policy_id() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A key from the operating system's random source.
Key random_key();

}  // namespace understudy::scrub
