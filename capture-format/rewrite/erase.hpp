// A capture file without some of its exchanges, put in its place in one step.
#pragma once

#include "capture-format/crypto/key_ring.hpp"
#include "capture-format/record.hpp"
#include "core/base/result.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace understudy::capture {

struct Erased {
  std::uint64_t removed = 0;
  std::uint64_t exchanges = 0;      ///< that are left
  std::uint64_t chunks_copied = 0;  ///< as they were stored
  std::uint64_t chunks_edited = 0;
};

struct EraseKeys {
  KeyRingPtr reading;
  KeyRingPtr writing;  ///< for the result; null: it is plain
};

struct EraseCallbacks {
  std::function<bool(const ExchangeView&)> unwanted;
  /// False stops; nothing is changed then.
  std::function<bool(std::uint64_t done, std::uint64_t of)> progress;
};

/// Chunks without such an exchange are copied as they are stored; of the others every record that stays keeps
/// its bytes. Owner, mode and time of the last change stay, because keep-limits go by them. `final_path` may
/// be `path`. Fails, and changes nothing, where anything of the file is damaged: what cannot be read cannot
/// be vouched for.
Outcome<Erased> erase_exchanges(const std::string& path, const std::string& final_path,
                                const EraseCallbacks& callbacks, const EraseKeys& keys);

}  // namespace understudy::capture
