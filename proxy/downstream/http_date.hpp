// The time of day as HTTP writes it (RFC 9110 §5.6.7), formatted once a second.
#pragma once

#include <array>
#include <cstddef>
#include <ctime>
#include <string_view>

namespace understudy::proxy {

/// One per worker.
class HttpDate {
 public:
  /// "Tue, 15 Nov 1994 08:12:31 GMT"; valid until the next call.
  std::string_view now() noexcept {
    const std::time_t second = std::time(nullptr);
    if (second != second_) {
      second_ = second;
      std::tm utc{};
      gmtime_r(&second, &utc);
      size_ = std::strftime(text_.data(), text_.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
    }
    return {text_.data(), size_};
  }

 private:
  std::time_t second_ = -1;
  std::size_t size_ = 0;
  std::array<char, 40> text_{};
};

}  // namespace understudy::proxy
