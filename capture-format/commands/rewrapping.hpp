// Gives the data keys of an encrypted capture another wrapping: the header frames change, nothing else does.
#pragma once

#include "capture-format/crypto/key_ring.hpp"
#include "core/base/result.hpp"

#include <cstdint>
#include <string>

namespace understudy::capture {

struct Rewrapped {
  std::string old_key_id;  ///< of the first part
  std::string new_key_id;
  std::uint64_t parts = 0;  ///< files of a concatenated stream, plain ones not counted
};

/// Copies the file under a temporary name (by reference, where the file system can), changes the header
/// frames in the copy and renames it over the original, whose mode, owner and time it keeps. Fails, with the
/// original as it was, when a key cannot be had, a header is damaged, or the new wrapping does not fit.
Outcome<Rewrapped> rewrap(const std::string& path, const KeyRing& old_keys, const KeyRing& new_keys);

}  // namespace understudy::capture
