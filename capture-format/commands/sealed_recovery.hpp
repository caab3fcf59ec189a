// Recovery of an encrypted capture without its key: whole frames, byte by byte, still encrypted.
#pragma once

#include "capture-format/reader.hpp"
#include "core/base/result.hpp"

#include <cstdint>
#include <string>

namespace understudy::capture {

/// What came over, and what did not.
struct Recovered {
  std::uint64_t chunks = 0;
  std::uint64_t exchanges = 0;
  Damage damage;
  bool interrupted = false;
  bool still_sealed = false;
};

/// Copies file headers, chunks and summaries whose checksums are right. A lost file header is made anew with
/// the wrapped key that the first chunk repeats; it counts as unscrubbed. Numbers of chunks stay, so that
/// whoever has the key sees what is missing.
Outcome<Recovered> copy_sealed_frames(const std::string& input, const std::string& output, bool overwrite);

}  // namespace understudy::capture
