// Lines that a sink has not taken yet: bounded, whole lines only, torn ones are finished first.
#pragma once

#include "proxy/access_log/log_sink.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include <boost/system/error_code.hpp>

namespace understudy::proxy {

/// One thread. Lines are appended to `text()` while there is `room`, then flushed; what the sink did not take
/// stays, so that a line that was cut by a full disk continues where it was cut.
class LineBuffer {
 public:
  static constexpr std::size_t kBytes = 256 * 1024;

  bool empty() const noexcept { return taken_ == text_.size(); }
  bool has_room() const noexcept { return text_.size() < kBytes; }
  std::string& text() noexcept { return text_; }

  /// Writes until all is gone, the sink fails or takes nothing for `patience`. The error, if there is one;
  /// `would_block` when the sink takes nothing.
  boost::system::error_code flush(LogSink& sink, std::chrono::milliseconds patience);

  /// Another file follows: a line whose beginning went into the old one is not finished. Lines given up, 0
  /// or 1.
  std::uint64_t forget_torn_line();
  /// Forgets everything: how many lines that were.
  std::uint64_t forget_all();

  std::uint64_t lines_written() const noexcept { return lines_written_; }
  std::uint64_t bytes_written() const noexcept { return bytes_written_; }

 private:
  std::string text_;
  std::size_t taken_ = 0;
  std::uint64_t lines_written_ = 0;
  std::uint64_t bytes_written_ = 0;
};

}  // namespace understudy::proxy
