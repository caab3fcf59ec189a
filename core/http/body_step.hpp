// What a body decoder hands out per call.
#pragma once

#include <cstddef>
#include <string_view>

namespace understudy::http {

/// What one call of `parse_body` found: at most one piece of content, a view into the input.
struct BodyStep {
  std::size_t consumed = 0;
  std::string_view data;  ///< decoded content, valid as long as the input
  bool complete = false;  ///< the message has ended (trailers included)
};

}  // namespace understudy::http
