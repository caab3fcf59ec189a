#include "capture-format/reader/sealed_files.hpp"

#include "capture-format/layout/summary.hpp"
#include "capture-format/layout/wire.hpp"

#include <algorithm>

namespace understudy::capture {
namespace {

constexpr std::size_t kFileBytesAt = 8;
constexpr std::size_t kUuidBeginAt = 16;

}  // namespace

bool SealedFile::is(const Uuid& uuid) const noexcept {
  return std::equal(uuid_begin.begin(), uuid_begin.end(), uuid.begin());
}

const SealedFile* SealedFiles::around(std::uint64_t offset) {
  if (!searched_) find();
  const auto found = std::partition_point(files_.begin(), files_.end(),
                                          [offset](const auto& file) { return file.start > offset; });
  return found != files_.end() && offset < found->end ? &*found : nullptr;
}

void SealedFiles::find() {
  searched_ = true;
  if (!source_->is_seekable()) return;
  auto end = source_->size();
  while (end >= kSummaryTrailerBytes && files_.size() < kFilesMax) {
    const auto trailer = source_->read_at(end - kSummaryTrailerBytes, kSummaryTrailerBytes);
    if (trailer.size() != kSummaryTrailerBytes || !trailer.ends_with(kEndMagic)) return;
    SealedFile file;
    file.end = end;
    file.summary_bytes = wire::load<std::uint64_t>(trailer.data());
    const auto file_bytes = wire::load<std::uint64_t>(trailer.data() + kFileBytesAt);
    if (file.summary_bytes > file_bytes || file.summary_bytes < kSummaryTrailerBytes) return;
    std::copy_n(trailer.begin() + kUuidBeginAt, file.uuid_begin.size(), file.uuid_begin.begin());
    file.has_its_length = file_bytes <= end;
    file.start = file.has_its_length ? end - file_bytes : 0;
    files_.push_back(file);
    end = file.start;
  }
}

}  // namespace understudy::capture
