// An exchange on its way through the replay: planned, then answered.
#pragma once

#include "core/base/clock.hpp"
#include "core/http/message.hpp"
#include "core/net/client.hpp"
#include "replay/outbound_request.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace understudy::replay {

/// What the judge holds the candidate's answer against.
struct Expectation {
  std::uint64_t exchange_id = 0;
  std::string endpoint;
  std::string request_line;  ///< "GET /posts?_sort=views", bounded, for examples
  std::uint64_t fingerprint = 0;
  std::uint64_t question = 0;
  bool safe = true;
  bool has_response = false;
  http::Response response;
  bool response_whole = true;
  bool complete = true;           ///< the recording saw the exchange end well
  std::uint64_t answered_ns = 0;  ///< since 1970
  std::uint64_t service_ns = 0;   ///< request's last byte to response's first; 0: not recorded
};

struct PlannedExchange {
  std::uint64_t session = 0;
  std::chrono::nanoseconds due{};  ///< from the start of the run
  std::optional<OutboundRequest> request;
  Expectation expected;
  std::size_t memory_bytes = 0;  ///< what it holds of the run's memory budget
};

/// What came of it.
struct AnsweredExchange {
  Expectation expected;
  boost::system::error_code error;  ///< no complete answer
  bool response_cut = false;        ///< longer than the client keeps
  http::Response response;
  std::uint64_t answered_wall_ns = 0;
  std::chrono::nanoseconds from_intended{};  ///< the time it was due to the last byte
  std::chrono::nanoseconds service{};        ///< first byte sent to the last byte
  std::chrono::nanoseconds first_byte{};     ///< first byte sent to the response's first
  std::size_t memory_bytes = 0;
};

}  // namespace understudy::replay
