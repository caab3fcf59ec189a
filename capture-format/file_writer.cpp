#include "capture-format/file_writer.hpp"

#include "capture-format/layout/limits.hpp"
#include "capture-format/pipeline/ordered_work.hpp"
#include "capture-format/pipeline/thread_count.hpp"
#include "capture-format/writer/chunk_builder.hpp"
#include "capture-format/writer/chunk_compressor.hpp"
#include "capture-format/writer/output_file.hpp"
#include "core/base/clock.hpp"
#include "core/base/crc32c.hpp"

#include <algorithm>
#include <fcntl.h>
#include <memory>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace understudy::capture {

namespace {

/// Each has a chunk's memory and a zstd context, which take tens of megabytes at high levels.
constexpr unsigned kThreadsMax = 4;

/// A chunk that is being filled, waits to be compressed, or waits to be written.
struct PendingChunk {
  explicit PendingChunk(const FileWriterOptions& options)
      : chunk(options.chunk_bytes), compressor(options.compression_level) {}

  void compress() {
    chunk.complete();
    header = chunk.header();
    stored = compressor.compress(chunk.raw(), header);
  }

  ChunkBuilder chunk;
  ChunkCompressor compressor;
  ChunkHeader header;
  Outcome<std::string_view> stored = std::string_view();
};

}  // namespace

struct FileWriter::Impl {
  explicit Impl(FileWriterOptions given)
      : options(std::move(given)),
        threads(std::min(tool_threads(options.threads), kThreadsMax)),
        filling(std::make_unique<PendingChunk>(options)),
        compressing(threads, [](PendingChunk& pending) { pending.compress(); }) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    file.discard();
    if (directory >= 0) close(directory);
  }

  Failure failure(std::string_view what, const boost::system::error_code& error) const {
    return Failure{fmt::format("{}: {}: {}", options.output.string(), what, error.message())};
  }

  Outcome<> open_directory() {
    const auto parent = options.output.has_parent_path() ? options.output.parent_path() : ".";
    directory = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
      return Failure{
          fmt::format("{}: cannot open the directory: {}", parent.string(),
                      boost::system::error_code(errno, boost::system::system_category()).message())};
    return {};
  }

  Outcome<> write(ChunkHeader header, std::string_view stored, const RouteTable& routes) {
    const auto written = file.write_chunk(header, stored, &routes);
    if (!written) return failure("cannot write", written.error());
    ++totals.chunks;
    totals.raw_bytes += header.raw_bytes;
    return {};
  }

  /// The next chunk begins; what was filled is on its way to the file.
  Outcome<> flush() {
    if (filling->chunk.empty()) return {};
    compressing.push(std::move(filling));
    // With threads, each has one to work on while the next is filled.
    const std::size_t waiting_max = threads > 1 ? threads : 0;
    auto written = write_until(waiting_max);
    filling = spare ? std::move(spare) : std::make_unique<PendingChunk>(options);
    return written;
  }

  /// All that was appended is in the file.
  Outcome<> drain() {
    if (auto flushed = flush(); !flushed) return flushed;
    return write_until(0);
  }

  Outcome<> write_until(std::size_t waiting_max) {
    while (compressing.size() > waiting_max) {
      auto pending = compressing.pop();
      if (!pending->stored) return pending->stored.error();
      if (auto written = write(pending->header, *pending->stored, pending->chunk.routes()); !written)
        return written;
      pending->chunk.clear();
      spare = std::move(pending);
    }
    return {};
  }

  FileWriterOptions options;
  std::string final_name;
  int directory = -1;
  OutputFile file;
  FileWriterTotals totals;
  Gap gap;
  unsigned threads;
  std::unique_ptr<PendingChunk> filling;
  std::unique_ptr<PendingChunk> spare;
  OrderedWork<PendingChunk> compressing;
};

FileWriter::FileWriter() = default;
FileWriter::~FileWriter() = default;

Outcome<std::unique_ptr<FileWriter>> FileWriter::open(FileWriterOptions options) {
  std::unique_ptr<FileWriter> writer(new FileWriter);
  writer->impl_ = std::make_unique<Impl>(std::move(options));
  auto& impl = *writer->impl_;
  impl.final_name = impl.options.output.filename().string();
  if (impl.final_name.empty() || impl.final_name == "." || impl.final_name == "..")
    return Failure{fmt::format("{}: not a file name", impl.options.output.string())};
  if (auto opened = impl.open_directory(); !opened) return opened.error();
  struct stat existing{};
  if (fstatat(impl.directory, impl.final_name.c_str(), &existing, AT_SYMLINK_NOFOLLOW) == 0) {
    if (!S_ISREG(existing.st_mode))
      return Failure{fmt::format("{}: exists and is no regular file", impl.options.output.string())};
    if (!impl.options.overwrite)
      return Failure{fmt::format("{}: exists already; --force replaces it", impl.options.output.string())};
  }
  FileHeader header;
  header.uuid = random_uuid();
  header.host = impl.options.host.empty() ? host_name() : impl.options.host;
  header.service = impl.options.service;
  header.build = std::string("understudy ") + UNDERSTUDY_VERSION;
  header.created_ns = impl.options.created_ns != 0 ? impl.options.created_ns : wall_now().value;
  header.scrub_policy = impl.options.scrub_policy;
  header.contains_unscrubbed = impl.options.contains_unscrubbed;
  header.source = impl.options.source;
  auto sealer = FileSealer::make(impl.options.keys.get(), header);
  if (!sealer)
    return Failure{
        fmt::format("{}: cannot encrypt: {}", impl.options.output.string(), sealer.error().message)};
  const auto temporary =
      fmt::format(".{}.{}.part", impl.final_name.substr(0, 200), to_hex(header.uuid).substr(0, 8));
  if (auto created = impl.file.create(impl.directory, temporary, header, *std::move(sealer)); !created)
    return impl.failure("cannot create", created.error());
  return writer;
}

bool FileWriter::fits(const ExchangeView& exchange) noexcept {
  return ChunkBuilder::needed(encoded_size_bound(exchange)) <= kRawBytesMax;
}

Outcome<> FileWriter::append(const ExchangeView& exchange) {
  if (!impl_->filling->chunk.append(exchange)) {
    if (!fits(exchange))
      return Failure{fmt::format("the exchange is larger than a record may be ({} MiB)", kRawBytesMax >> 20)};
    if (auto flushed = impl_->flush(); !flushed) return flushed;
    impl_->filling->chunk.grow(ChunkBuilder::needed(encoded_size_bound(exchange)));
    impl_->filling->chunk.append(exchange);
  }
  ++impl_->totals.exchanges;
  return impl_->filling->chunk.full() ? impl_->flush() : Outcome<>();
}

Outcome<> FileWriter::copy_chunk(const ChunkHeader& header, std::string_view stored,
                                 const RouteTable& routes) {
  if (auto drained = impl_->drain(); !drained) return drained;
  auto copy = header;
  copy.header_bytes = kChunkHeaderBytes;  // extensions of later versions are not understood, so not copied
  if ((header.flags & kEncrypted) != 0) {
    copy.flags = static_cast<std::uint16_t>(copy.flags & ~kEncrypted);
    copy.stored_bytes = static_cast<std::uint32_t>(stored.size());
    copy.stored_crc32c = crc32c(stored);
  }
  impl_->totals.exchanges += header.exchanges;
  return impl_->write(copy, stored, routes);
}

void FileWriter::add_gap(const Gap& gap) { impl_->gap.add(gap); }

Outcome<FileWriterTotals> FileWriter::finish() {
  if (!impl_->gap.empty()) {
    if (impl_->filling->chunk.room() < kGapRecordBytesMax)
      if (auto flushed = impl_->flush(); !flushed) return flushed.error();
    impl_->filling->chunk.append_gap(impl_->gap);
  }
  if (auto drained = impl_->drain(); !drained) return drained.error();
  if (auto sealed = impl_->file.seal(impl_->final_name, !impl_->options.overwrite); !sealed)
    return impl_->failure("cannot finish", sealed.error());
  impl_->totals.stored_bytes = impl_->file.stored_bytes();
  return impl_->totals;
}

}  // namespace understudy::capture
