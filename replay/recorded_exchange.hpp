// One exchange of a capture, owned: what the plan works on after the reader's views are gone.
#pragma once

#include "capture-format/record.hpp"
#include "core/http/message.hpp"

#include <cstdint>
#include <string>

namespace understudy::replay {

struct RecordedExchange {
  std::uint64_t id = 0;
  std::uint64_t start_ns = 0;  ///< since 1970
  std::uint64_t session = 0;   ///< exchanges with the same value are replayed in order
  http::Request request;
  std::string authority;
  bool request_whole = true;  ///< the body was recorded in full
  bool has_response = false;
  http::Response response;
  bool response_whole = true;
  capture::TimingsView timings;
  capture::Fate fate = capture::Fate::ok;

  /// When the response was made, since 1970.
  std::uint64_t answered_ns() const noexcept {
    return start_ns + (timings.first_byte_ns != 0 ? timings.first_byte_ns : timings.response_done_ns);
  }
  /// From the request's last byte to the response's first; 0 when it was not recorded.
  std::uint64_t service_ns() const noexcept {
    const auto answered = timings.first_byte_ns != 0 ? timings.first_byte_ns : timings.response_done_ns;
    return answered > timings.request_done_ns ? answered - timings.request_done_ns : 0;
  }
  std::size_t memory_bytes() const noexcept {
    return sizeof *this + request.body.size() + request.head.target.size() +
           request.head.fields.size_bytes() + response.body.size() + response.head.fields.size_bytes();
  }
};

/// `source` tells the recorders of several captures apart: their connection numbers mean different
/// connections.
RecordedExchange to_recorded(const capture::ExchangeView& view, std::uint64_t source);

}  // namespace understudy::replay
