// What the sub-commands share towards the terminal: output that survives a closed pipe, progress,
// interruption.
#pragma once

#include "core/base/clock.hpp"
#include "core/base/exit_code.hpp"
#include "core/base/result.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::capture {

/// One clear line on stderr.
ExitCode fail(ExitCode code, std::string_view message);

/// Fails when `output` is one of the `inputs`, by whatever name: replacing it would destroy the recording.
Outcome<> check_output_is_no_input(const std::string& output, const std::vector<std::string>& inputs);

/// Standard output. When the reader of a pipe goes away, writing ends quietly.
class Output {
 public:
  Output();
  ~Output() { flush(); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  /// False when nobody reads any more, or the disk is full: stop.
  bool write(std::string_view text);
  bool flush();
  /// ok, or a failure that has been told.
  ExitCode finish();

 private:
  std::string pending_;
  int error_ = 0;
};

/// Share done and time left, on stderr, only when that is a terminal and the work takes longer than a second.
class Progress {
 public:
  explicit Progress(std::string_view what);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void update(std::uint64_t done, std::uint64_t of);

 private:
  std::string what_;
  bool terminal_;
  bool shown_ = false;
  Monotonic::time_point begun_;
  Monotonic::time_point last_;
};

/// INT and TERM are noted instead of ending the process, so that temporary files can be removed.
void note_interrupts();
bool interrupted() noexcept;

}  // namespace understudy::capture
