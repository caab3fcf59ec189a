// The names under which an exchange is found in logs, traces and captures: X-Request-Id and traceparent.
#pragma once

#include "core/http/message.hpp"
#include "proxy/downstream/id_source.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace understudy::proxy {

/// Which ids a request is given when it brings none.
struct IdPolicy {
  bool request_id = true;   ///< X-Request-Id
  bool traceparent = true;  ///< W3C Trace Context, version 00
  bool sampled = true;      ///< the flag in a traceparent of ours: whether tracers record it
};

/// A value that is taken over from a client: 1 to 128 visible ASCII characters.
bool is_sane_request_id(std::string_view value) noexcept;

/// Belongs to an exchange; reused for the next one of the connection.
class ExchangeIds {
 public:
  static constexpr std::size_t kRequestIdMax = 128;

  /// Reads the ids of `head` and puts in those that are missing or unfit, so that whoever gets the head sees
  /// the same ones. A fit traceparent stays untouched together with tracestate; without one, tracestate goes
  /// (W3C Trace Context §3.3).
  void take(http::RequestHead& head, const IdPolicy& policy, IdSource& source);
  /// For a request whose head could not be read.
  void make(const IdPolicy& policy, IdSource& source);
  void clear() noexcept { request_id_size_ = trace_id_size_ = 0; }

  /// Empty when the policy makes none and the request brought none that is fit.
  std::string_view request_id() const noexcept { return {request_id_.data(), request_id_size_}; }
  /// 32 hex digits, or empty.
  std::string_view trace_id() const noexcept { return {trace_id_.data(), trace_id_size_}; }

 private:
  void make_request_id(IdSource& source);
  void set_request_id(std::string_view value) noexcept;
  void set_trace_id(std::string_view digits) noexcept;

  std::array<char, kRequestIdMax> request_id_;
  std::array<char, IdSource::kTraceDigits> trace_id_;
  std::size_t request_id_size_ = 0;
  std::size_t trace_id_size_ = 0;
};

}  // namespace understudy::proxy
