// Files that a reader has left because damage led it into another one: the way leads back to them.
#pragma once

#include "capture-format/layout/file_header.hpp"
#include "capture-format/reader/chunk_numbers.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

namespace understudy::capture {

/// A file in progress, or one that was left.
struct ScannedFile {
  std::shared_ptr<const FileHeader> header = std::make_shared<FileHeader>();
  std::uint64_t start = 0;
  ChunkNumbers numbers;
  bool sealed = false;
};

/// Belongs to one scanner.
class LeftFiles {
 public:
  /// That are remembered, the latest.
  static constexpr std::size_t kFilesMax = 16;

  void keep(ScannedFile file) {
    take(file.header->uuid);
    files_.push_front(std::move(file));
    if (files_.size() > kFilesMax) files_.pop_back();
  }

  /// It is in progress again; nothing when it was not left.
  std::optional<ScannedFile> take(const Uuid& uuid) {
    const auto found = find(uuid);
    if (found == files_.end()) return std::nullopt;
    auto file = std::move(*found);
    files_.erase(found);
    return file;
  }

  /// True when that chunk of one of them has not come.
  bool miss(const Uuid& uuid, std::uint64_t number) const {
    const auto found = std::find_if(files_.begin(), files_.end(),
                                    [&uuid](const auto& file) { return file.header->uuid == uuid; });
    return found != files_.end() && !found->numbers.has_come(number);
  }

 private:
  std::deque<ScannedFile>::iterator find(const Uuid& uuid) {
    return std::find_if(files_.begin(), files_.end(),
                        [&uuid](const auto& file) { return file.header->uuid == uuid; });
  }

  std::deque<ScannedFile> files_;
};

}  // namespace understudy::capture
