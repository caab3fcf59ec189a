// Reads one message body whatever its framing: what both parsers do once the head is complete.
#pragma once

#include "core/base/result.hpp"
#include "core/http/body_step.hpp"
#include "core/http/chunked.hpp"
#include "core/http/framing.hpp"

#include <cstdint>
#include <string_view>

namespace understudy::http {

class BodyReader {
 public:
  explicit BodyReader(const Limits& limits) : chunked_(limits) {}

  /// Starts a body; forgets the last one and its trailers.
  void begin(BodyFraming framing) noexcept {
    framing_ = framing;
    remaining_ = framing.length;
    complete_ = framing == BodyFraming::none() || framing == BodyFraming::of_length(0);
    chunked_.reset();
  }

  Result<BodyStep> step(std::string_view in);

  BodyFraming framing() const noexcept { return framing_; }
  bool complete() const noexcept { return complete_; }
  const Fields& trailers() const noexcept { return chunked_.trailers(); }

 private:
  BodyFraming framing_;
  std::uint64_t remaining_ = 0;
  bool complete_ = false;
  ChunkedDecoder chunked_;
};

}  // namespace understudy::http
