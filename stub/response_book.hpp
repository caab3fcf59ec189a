// The stub's memory: recorded answers by method, target and body, and which of them a request gets. Sans-I/O.
#pragma once

#include "capture-format/record.hpp"
#include "core/base/result.hpp"
#include "core/http/message.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace understudy::stub {

/// What was loaded, and what could not be.
struct BookCounts {
  std::uint64_t exchanges = 0;
  std::uint64_t without_response = 0;  ///< nothing to answer with: skipped
  std::uint64_t incomplete_bodies =
      0;  ///< the response body was cut or removed: served as far as it was recorded
  std::uint64_t memory_bytes = 0;
};

/// One recorded answer. `body` may be shared by many exchanges.
struct Answer {
  http::ResponseHead head;
  std::shared_ptr<const std::string> body;
  std::chrono::nanoseconds delay{};  ///< from the request's last byte to the response's first, 0 when unknown
};

/// Filled by one thread with `add`, then read by any number of threads with `find`.
class ResponseBook {
 public:
  /// `memory_bytes_max` bounds heads and bodies together; `add` fails when they would take more.
  explicit ResponseBook(std::uint64_t memory_bytes_max) : memory_bytes_max_(memory_bytes_max) {}

  Outcome<> add(const capture::ExchangeView& exchange);

  /// The answer for `request`: of the very exchange that an `X-Shadow: v1;id=N;hop=1` field names, when its
  /// method, target and body are the same; otherwise the next in recorded order of that method, target and
  /// body, the last one again and again. Null when nothing was recorded for it. The pointer lives as long as
  /// the book.
  const Answer* find(const http::Request& request) const;

  /// One line for a person: what was looked for, and the nearest thing that was recorded.
  std::string explain_unknown(const http::Request& request) const;

  const BookCounts& counts() const noexcept { return counts_; }

 private:
  /// Answers of one key in recorded order.
  struct Sequence {
    std::vector<const Answer*> answers;
    mutable std::atomic<std::uint32_t> next{0};

    const Answer* take() const noexcept;
  };

  /// Everything recorded for one method and target.
  struct Target {
    std::map<std::uint64_t, Sequence> by_body;
    Sequence body_unknown;  ///< requests whose body was not recorded
  };

  struct Named {
    const Answer* answer;
    const Target* target;
    std::optional<std::uint64_t> body_hash;  ///< empty: not recorded
  };

  std::shared_ptr<const std::string> share_body(std::string_view body);
  const Answer* find_named(std::uint64_t id, const Target& target, std::uint64_t body_hash) const;
  std::string_view nearest_target(std::string_view method, std::string_view target) const;

  std::uint64_t memory_bytes_max_;
  BookCounts counts_;
  std::vector<std::unique_ptr<Answer>> answers_;
  std::unordered_map<std::uint64_t, std::vector<std::shared_ptr<const std::string>>> bodies_;
  std::map<std::string, std::map<std::string, Target, std::less<>>, std::less<>> methods_;
  std::unordered_map<std::uint64_t, std::vector<Named>> by_id_;
};

/// The exchange id in the value of a replay's `X-Shadow` field ("v1;id=42;hop=1"), or nothing.
std::optional<std::uint64_t> parse_exchange_id(std::string_view marker) noexcept;

}  // namespace understudy::stub
