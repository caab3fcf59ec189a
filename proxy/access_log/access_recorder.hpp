// Collects the text of one exchange for the access log while it passes: one copy, handed over once.
#pragma once

#include "proxy/access_log/access_queue.hpp"

#include <cstdint>
#include <string_view>

namespace understudy::proxy {

/// One per connection, reused for each exchange: `begin` (or `begin_without_head`), then what is known in any
/// order, then `finish`. Without a queue, or while the log is off, every call does nothing.
class AccessRecorder {
 public:
  /// `queue` may be null: there is no access log.
  explicit AccessRecorder(AccessQueue* queue) : queue_(queue) {}

  bool active() const noexcept { return record_ != nullptr; }

  /// The head is whole: before anything takes it away.
  void begin(const http::RequestHead& head, std::string_view client, std::uint64_t connection_id);
  /// There is no whole head: refused, timed out, over a limit.
  void begin_without_head(std::string_view client, std::uint64_t connection_id);

  /// The request's id, as it came or as we made it, and 32 hexadecimal digits of the trace; empty: none.
  void ids(std::string_view request_id, std::string_view trace_id);
  /// The primary's name or address, as configured; the last one said counts.
  void upstream(std::string_view name);
  /// Nothing for a connection without TLS.
  void tls(std::string_view version, std::string_view cipher);

  /// The exchange has ended, its last byte is on its way: one line, unless it is sampled out.
  void finish(const ExchangeAccount& account);

 private:
  bool open(std::string_view client, std::uint64_t connection_id);

  AccessQueue* queue_;
  AccessRecordPtr record_;
};

}  // namespace understudy::proxy
