// Records into lines: formats what the scrubber has let through.
#pragma once

#include "proxy/access_log/line_format.hpp"
#include "proxy/access_log/logged_exchange.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::proxy {

/// What became of an exchange in a word: ok, tunnel, local_reply, client_abort, primary_failed.
std::string_view outcome_name(const ExchangeAccount& account) noexcept;

/// 499 when the client had gone before anything could be sent, as nginx has it; 0 when nothing was sent.
unsigned shown_status(const ExchangeAccount& account) noexcept;

/// One thread.
class LineWriter {
 public:
  explicit LineWriter(LineFormat format) : format_(std::move(format)) {}

  /// Appends one line with its end. Whatever clients have sent, it is one line, and its fields are the
  /// format's: control bytes, quotes, backslashes and bytes that are not UTF-8 are escaped.
  void append(std::string& out, const LoggedExchange& exchange);

 private:
  class Values;

  /// A point in time as text, made once a second.
  struct Second {
    std::uint64_t second = ~std::uint64_t{0};
    std::string rfc3339;  ///< without fraction and zone
    std::string clf;      ///< 05/Jan/2026:10:00:00 +0000
  };
  const Second& second_of(WallNs time);

  LineFormat format_;
  Second second_;
};

}  // namespace understudy::proxy
