#include "proxy/access_log/line_buffer.hpp"

#include <algorithm>
#include <string_view>

namespace understudy::proxy {
namespace {

std::uint64_t lines_in(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

boost::system::error_code LineBuffer::flush(LogSink& sink, std::chrono::milliseconds patience) {
  while (!empty()) {
    const auto rest = std::string_view(text_).substr(taken_);
    const auto written = sink.write(rest, patience);
    if (!written) return written.error();
    if (*written == 0) return make_error_code(boost::system::errc::operation_would_block);
    lines_written_ += lines_in(rest.substr(0, *written));
    bytes_written_ += *written;
    taken_ += *written;
  }
  text_.clear();
  taken_ = 0;
  return {};
}

std::uint64_t LineBuffer::forget_torn_line() {
  if (taken_ == 0 || empty() || text_[taken_ - 1] == '\n') return 0;
  const auto end = text_.find('\n', taken_);
  taken_ = end == std::string::npos ? text_.size() : end + 1;
  return 1;
}

std::uint64_t LineBuffer::forget_all() {
  const auto lines = lines_in(std::string_view(text_).substr(taken_));
  text_.clear();
  taken_ = 0;
  return lines;
}

}  // namespace understudy::proxy
