// Where lines of the access log go: a file, a pipe, or standard output; never waited for.
#pragma once

#include "core/base/result.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace understudy::proxy {

/// Owns a descriptor, unless it is that of standard output. One thread.
class LogSink {
 public:
  /// "-" is standard output. A file is made if need be, with mode 0600, appended to, and never reached
  /// through a symbolic link. A pipe must have a reader. Fails with one sentence.
  static Outcome<LogSink> open(const std::string& path);
  LogSink(LogSink&& other) noexcept;
  LogSink& operator=(LogSink&& other) noexcept;
  ~LogSink();

  /// How many bytes were taken, none when the reader of a pipe is behind and stays so for `patience`. A slow
  /// disk may hold the caller up.
  Result<std::size_t> write(std::string_view bytes, std::chrono::milliseconds patience);

 private:
  enum class Kind : std::uint8_t { file, pipe, socket };

  LogSink(int descriptor, bool owned);
  Result<std::size_t> write_once(std::string_view bytes);

  int descriptor_;
  bool owned_;
  Kind kind_;
};

}  // namespace understudy::proxy
