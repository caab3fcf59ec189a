// Tells what varies by itself from what the candidate changed, by evidence from the recording alone.
#pragma once

#include "core/diff/difference.hpp"
#include "core/http/message.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace understudy::diff {

/// Why a difference is not held against the candidate.
enum class Evidence : std::uint8_t {
  clock,               ///< both values are times near their own response
  repeated_request,    ///< the recording answered this very request differently there
  endpoint_variation,  ///< ids, tokens, times or orders that equal requests to this endpoint got differently
                       ///< there
  service_variation,   ///< the same on several other endpoints at this path, and nothing speaks against it on
                       ///< this one
  fresh_identifier,    ///< writes to this endpoint made a new id there every time
};
std::string_view to_string(Evidence evidence) noexcept;

/// Who asked what; see request_fingerprint and endpoint_of.
struct RequestIdentity {
  std::uint64_t fingerprint = 0;
  std::uint64_t question = 0;  ///< the same without who asked and what was written before: request_question
  std::string_view endpoint;
  bool safe = true;
};

struct NoiseLimits {
  std::size_t exemplar_bytes = 64 * 1024 * 1024;  ///< first answers kept to hold repetitions against
  std::size_t exemplars = 200'000;
  std::size_t places = 200'000;  ///< paths learned
};

/// What learning saw and what the limits made it skip.
struct NoiseStats {
  std::uint64_t responses = 0;
  std::uint64_t repeated = 0;
  std::uint64_t not_learned = 0;
};

/// First `learn` over the whole recording, then `explain`; one thread at a time. Memory stays within the
/// limits. Never silences a subtree: evidence is for one path and kind, and a value that the recording never
/// showed there is only excused when it is of a volatile class (or, for this very request, a number that
/// varied).
class NoiseModel {
 public:
  explicit NoiseModel(const NoiseLimits& limits = {});
  ~NoiseModel();
  NoiseModel(NoiseModel&&) noexcept;

  /// `made_ns`: when the response was made, since 1970.
  void learn(const RequestIdentity& identity, const http::Response& response, std::uint64_t made_ns);
  /// Frees the exemplars; `explain` needs only what they taught.
  void finish_learning();

  /// Nothing means: this is a mismatch.
  std::optional<Evidence> explain(const RequestIdentity& identity, const Difference& difference) const;

  const NoiseStats& stats() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::diff
