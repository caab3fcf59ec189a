#include "capture-format/reader.hpp"

#include "capture-format/layout/wire.hpp"
#include "capture-format/pipeline/thread_count.hpp"
#include "capture-format/reader/byte_source.hpp"
#include "capture-format/reader/chunk_feed.hpp"
#include "capture-format/reader/exchange_decoder.hpp"
#include "capture-format/reader/file_info.hpp"
#include "capture-format/reader/frame_scanner.hpp"

#include <optional>
#include <utility>

namespace understudy::capture {
namespace {

ChunkFeed::Options feed_options(const ReaderOptions& options) {
  return {tool_threads(options.decode_threads), options.read_ahead_bytes, options.threads_from_bytes};
}

}  // namespace

struct Reader::Impl {
  Impl(std::unique_ptr<ByteSource> source, const ReaderOptions& options)
      : filter(options.filter),
        scanner(std::move(source), FrameScanner::Content::stored),
        feed(scanner, feed_options(options)),
        records(std::string_view()) {
    scanner.use_keys(options.keys);
  }

  Outcome<> begin(std::string_view name) {
    if (auto begun = scanner.begin(name); !begun) return begun;
    if (filter) feed.select(*filter);
    totals.file_bytes = scanner.is_seekable() ? scanner.size() : 0;
    // The header is known before the first exchange is asked for.
    take(feed.next_frame());
    if (!scanner.file().locked.empty()) return Failure{std::string(name) + ": " + scanner.file().locked};
    return {};
  }

  void take(ChunkStep& given) {
    step = &given;
    totals.position = step->position;
    sealed = step->sealed;
    add_damage(damage, std::exchange(step->damage, {}));
    if (step->event == ScanEvent::file) take_file(*step->file);
    if (step->event == ScanEvent::chunk) take_chunk();
  }

  void take_file(const FileHeader& file) {
    const bool unscrubbed = info.contains_unscrubbed || file.contains_unscrubbed;
    if (!std::exchange(any_file, true)) info = file_info(file);
    info.contains_unscrubbed = unscrubbed;
  }

  void take_chunk() {
    if (step->failure) return lose_chunk(*step->failure);
    records = wire::Reader(step->raw);
    in_chunk = true;
    exchanges_in_chunk = 0;
    ++totals.chunks;
    totals.raw_bytes += step->raw.size();
    totals.stored_bytes += step->chunk.header_bytes + step->chunk.stored_bytes;
  }

  void lose_chunk(std::string_view why) {
    in_chunk = false;
    add_lost_chunk(damage, step->chunk, step->chunk_offset, why);
  }

  /// The next exchange of the current chunk; null when it has no more.
  const ExchangeView* next_in_chunk() {
    while (records.next()) {
      if (!records.is(1, wire::Type::bytes)) continue;
      Gap gap;
      const auto kind = decode_record(records.bytes(), exchange, gap);
      if (kind == RecordKind::malformed) {
        lose_chunk("a record is malformed");
        return nullptr;
      }
      if (kind == RecordKind::gap) gaps.add(gap);
      if (kind != RecordKind::exchange) continue;
      ++exchanges_in_chunk;
      if (filter && !filter->matches(exchange)) continue;
      ++totals.exchanges;
      return &exchange;
    }
    in_chunk = false;
    if (records.failed())
      lose_chunk("a record is malformed");
    else if (!step->is_beginning && exchanges_in_chunk != step->chunk.exchanges)
      lose_chunk("holds another number of exchanges than its header says");
    return nullptr;
  }

  const ExchangeView* next() {
    while (true) {
      if (in_chunk) {
        if (const auto* found = next_in_chunk()) return found;
      } else {
        take(feed.next());
        if (step->event == ScanEvent::end) return nullptr;
      }
    }
  }

  const ExchangeView* next_at_hand() {
    if (!in_chunk) take(feed.next_frame());
    return in_chunk ? next_in_chunk() : nullptr;
  }

  bool refresh() {
    if (in_chunk) return true;
    const bool more = scanner.refresh();
    totals.file_bytes = scanner.size();
    return more;
  }

  std::optional<Filter> filter;
  FrameScanner scanner;
  ChunkFeed feed;
  ChunkStep* step = nullptr;
  wire::Reader records;
  bool in_chunk = false;
  bool any_file = false;
  bool sealed = false;
  std::uint32_t exchanges_in_chunk = 0;
  ExchangeView exchange;
  FileInfo info;
  Damage damage;
  Gaps gaps;
  ReadTotals totals;
};

Reader::Reader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;

Outcome<Reader> Reader::open(const std::filesystem::path& path) { return open(path, ReaderOptions()); }

Outcome<Reader> Reader::open(const std::filesystem::path& path, const ReaderOptions& options) {
  auto source = open_file_source(path);
  if (!source) return source.error();
  auto impl = std::make_unique<Impl>(std::move(*source), options);
  if (auto begun = impl->begin(path.string()); !begun) return begun.error();
  return Reader(std::move(impl));
}

Outcome<Reader> Reader::open(const std::filesystem::path& path, const Filter& filter) {
  ReaderOptions options;
  options.filter = filter;
  return open(path, options);
}

Outcome<Reader> Reader::from_bytes(std::string bytes) {
  ReaderOptions options;
  options.decode_threads = 1;
  return from_bytes(std::move(bytes), options);
}

Outcome<Reader> Reader::from_bytes(std::string bytes, const ReaderOptions& options) {
  auto impl = std::make_unique<Impl>(make_memory_source(std::move(bytes)), options);
  if (auto begun = impl->begin("capture in memory"); !begun) return begun.error();
  return Reader(std::move(impl));
}

const ExchangeView* Reader::next() { return impl_->next(); }
bool Reader::refresh() { return impl_->refresh(); }
const ExchangeView* Reader::next_at_hand() { return impl_->next_at_hand(); }
const FileInfo& Reader::info() const { return impl_->info; }
const Damage& Reader::damage() const { return impl_->damage; }
const Gaps& Reader::gaps() const { return impl_->gaps; }
const ReadTotals& Reader::totals() const { return impl_->totals; }
std::uint64_t Reader::bytes_read() const { return impl_->scanner.bytes_read(); }
bool Reader::sealed() const { return impl_->sealed; }

Outcome<StreamHeaders> read_headers(const std::filesystem::path& path) {
  auto source = open_file_source(path);
  if (!source) return source.error();
  FrameScanner scanner(std::move(*source), FrameScanner::Content::headers_only);
  if (auto begun = scanner.begin(path.string()); !begun) return begun.error();
  StreamHeaders headers;
  for (auto event = scanner.next(); event != ScanEvent::end; event = scanner.next()) {
    if (event != ScanEvent::file) continue;
    const auto& file = scanner.file();
    headers.contains_unscrubbed = headers.contains_unscrubbed || file.contains_unscrubbed;
    headers.encrypted = headers.encrypted || file.envelope || !file.locked.empty();
    if (headers.key_id.empty() && file.envelope) headers.key_id = file.envelope->key_id;
  }
  return headers;
}

Outcome<bool> contains_unscrubbed(const std::filesystem::path& path) {
  const auto headers = read_headers(path);
  if (!headers) return headers.error();
  return headers->contains_unscrubbed;
}

}  // namespace understudy::capture
