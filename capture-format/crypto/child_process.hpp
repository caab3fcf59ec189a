// Runs a program without a shell: a little in, a little out, within a time.
#pragma once

#include "capture-format/crypto/key_envelope.hpp"
#include "core/base/result.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::capture {

/// What a child may read and write, and how long it may take, before it is killed (with what it has started).
struct ChildLimits {
  std::chrono::milliseconds time{10'000};
  std::size_t input_bytes = 4096;  ///< no more than a pipe holds at once
  std::size_t output_bytes = kWrappedKeyBytesMax;
};

/// Runs arguments[0] (looked up in PATH), gives it `input` on standard input and returns what it prints.
/// Fails with one line that has no byte of either: it cannot be started, ends with another code than 0 (the
/// first line of its standard error is told), prints too much, or takes too long.
Outcome<std::string> run_child(const std::vector<std::string>& arguments, std::string_view input,
                               const ChildLimits& limits = {});

}  // namespace understudy::capture
