// The bytes of an import's input: plain, gzip or zstd, from a file or standard input, told apart by their
// begin.
#pragma once

#include "core/base/result.hpp"

#include <cstddef>
#include <string>

namespace understudy::capture {

/// More decompressed bytes than this are refused: an input is held in memory.
inline constexpr std::size_t kInputBytesMax = std::size_t{1} << 30;

struct InputText {
  std::string text;
  bool cut_off =
      false;  ///< the gzip or zstd stream ends too early or breaks; `text` is what it gave until there
};

/// "-" is standard input. Every gzip member and every zstd frame is read; UTF-16 becomes UTF-8, and a byte
/// order mark is removed.
Outcome<InputText> read_input(const std::string& path);

}  // namespace understudy::capture
