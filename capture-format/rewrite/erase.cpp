#include "capture-format/rewrite/erase.hpp"

#include "capture-format/file_writer.hpp"
#include "capture-format/reader/byte_source.hpp"
#include "capture-format/reader/chunk_check.hpp"
#include "capture-format/reader/chunk_decompressor.hpp"
#include "capture-format/reader/frame_scanner.hpp"
#include "capture-format/rewrite/chunk_editor.hpp"
#include "capture-format/writer/chunk_compressor.hpp"

#include <fcntl.h>
#include <memory>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace understudy::capture {
namespace {

constexpr int kEditedChunkLevel = 3;
constexpr std::string_view kSourcePrefix = "purge of ";

Failure damaged(const std::string& path, std::string_view note) {
  return Failure{
      fmt::format("{}: damaged ({}): nothing was changed; `understudy capture recover` first", path, note)};
}

FileWriterOptions like(const FileHeader& header, const std::string& final_path, const KeyRingPtr& keys) {
  FileWriterOptions options;
  options.output = final_path;
  options.overwrite = true;
  options.service = header.service;
  options.host = header.host;
  options.created_ns = header.created_ns;
  options.source =
      header.source.starts_with(kSourcePrefix) ? header.source : std::string(kSourcePrefix) + header.source;
  options.scrub_policy = header.scrub_policy;
  options.contains_unscrubbed = header.contains_unscrubbed;
  options.keys = keys;
  return options;
}

/// The header of the result: that of the first file, and unscrubbed when any file in it is.
Outcome<FileHeader> provenance_of(const std::string& path, const KeyRingPtr& keys) {
  auto source = open_file_source(path);
  if (!source) return source.error();
  FrameScanner scanner(std::move(*source), FrameScanner::Content::headers_only);
  scanner.use_keys(keys);
  if (auto begun = scanner.begin(path); !begun) return begun.error();
  FileHeader header;
  bool first = true;
  for (auto event = scanner.next(); event != ScanEvent::end; event = scanner.next()) {
    if (event != ScanEvent::file) continue;
    const bool unscrubbed = header.contains_unscrubbed || scanner.file().contains_unscrubbed;
    if (!scanner.file().locked.empty()) return Failure{fmt::format("{}: {}", path, scanner.file().locked)};
    if (first) header = scanner.file();
    header.contains_unscrubbed = unscrubbed;
    first = false;
  }
  if (scanner.damage().incidents != 0) return damaged(path, scanner.damage().notes.front());
  return header;
}

class Erasing {
 public:
  Erasing(const std::string& path, FileWriter& writer, const EraseCallbacks& callbacks,
          const KeyRingPtr& keys)
      : path_(path), writer_(writer), callbacks_(callbacks), keys_(keys), compressor_(kEditedChunkLevel) {}

  Outcome<Erased> run() {
    auto source = open_file_source(path_);
    if (!source) return source.error();
    FrameScanner scanner(std::move(*source), FrameScanner::Content::stored);
    scanner.use_keys(keys_);
    if (auto begun = scanner.begin(path_); !begun) return begun.error();
    for (auto event = scanner.next(); event != ScanEvent::end; event = scanner.next()) {
      if (!callbacks_.progress(scanner.position(), scanner.size())) return Failure{"interrupted"};
      if (event != ScanEvent::chunk) continue;
      if (auto taken = take(scanner.chunk(), scanner.stored(), scanner.file().opener.get()); !taken)
        return taken.error();
    }
    if (scanner.damage().incidents != 0) return damaged(path_, scanner.damage().notes.front());
    return erased_;
  }

 private:
  Outcome<> take(const ChunkHeader& chunk, std::string_view stored, const FileOpener* opener) {
    const auto raw = decompressor_.decompress(chunk, stored, opener);
    if (!raw) return damaged(path_, raw.error().message);
    const auto removed = editor_.remove(chunk, *raw, callbacks_.unwanted);
    if (!removed) return damaged(path_, removed.error().message);
    erased_.removed += *removed;
    erased_.exchanges += chunk.exchanges - *removed;
    if (*removed == 0) return copy(chunk, stored, opener);
    if (editor_.raw().empty()) return {};
    ++erased_.chunks_edited;
    auto header = editor_.header();
    const auto compressed = compressor_.compress(editor_.raw(), header);
    if (!compressed) return compressed.error();
    return writer_.copy_chunk(header, *compressed, editor_.routes());
  }

  Outcome<> copy(const ChunkHeader& chunk, std::string_view stored, const FileOpener* opener) {
    ++erased_.chunks_copied;
    if (auto checked = check_.check(chunk, stored, opener); !checked)
      return damaged(path_, checked.error().message);
    return writer_.copy_chunk(chunk, check_.frame(), check_.routes());
  }

  const std::string& path_;
  FileWriter& writer_;
  const EraseCallbacks& callbacks_;
  const KeyRingPtr& keys_;
  ChunkDecompressor decompressor_;
  ChunkEditor editor_;
  ChunkCheck check_;
  ChunkCompressor compressor_;
  Erased erased_;
};

/// Keep-limits and those who could read the file before shall find no difference. Where the owner cannot be
/// set, the file stays its new owner's alone.
void keep_attributes(const std::string& path, const struct stat& before) {
  const timespec times[2] = {before.st_atim, before.st_mtim};
  if (chown(path.c_str(), before.st_uid, before.st_gid) == 0) chmod(path.c_str(), before.st_mode & 07777);
  utimensat(AT_FDCWD, path.c_str(), times, 0);
}

}  // namespace

Outcome<Erased> erase_exchanges(const std::string& path, const std::string& final_path,
                                const EraseCallbacks& callbacks, const EraseKeys& keys) {
  struct stat before{};
  if (stat(path.c_str(), &before) != 0) return Failure{fmt::format("{}: cannot be read", path)};
  const auto header = provenance_of(path, keys.reading);
  if (!header) return header.error();
  auto writer = FileWriter::open(like(*header, final_path, keys.writing));
  if (!writer) return writer.error();
  const auto erased = Erasing(path, **writer, callbacks, keys.reading).run();
  if (!erased) return erased.error();
  if (const auto finished = (*writer)->finish(); !finished) return finished.error();
  keep_attributes(final_path, before);
  return erased;
}

}  // namespace understudy::capture
