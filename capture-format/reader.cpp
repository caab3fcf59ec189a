#include "capture-format/reader.hpp"

#include "capture-format/layout/wire.hpp"
#include "capture-format/reader/byte_source.hpp"
#include "capture-format/reader/chunk_decompressor.hpp"
#include "capture-format/reader/exchange_decoder.hpp"
#include "capture-format/reader/frame_scanner.hpp"

#include <optional>

namespace understudy::capture {

struct Reader::Impl {
  explicit Impl(std::unique_ptr<ByteSource> source)
      : scanner(std::move(source), FrameScanner::Content::stored), records(std::string_view()) {}

  Outcome<> begin(std::string_view name) {
    if (auto begun = scanner.begin(name); !begun) return begun;
    totals.file_bytes = scanner.size();
    // The header is known before the first exchange is asked for.
    if (scanner.next() == ScanEvent::file) take_file(true);
    if (!scanner.file().locked.empty()) return Failure{std::string(name) + ": " + scanner.file().locked};
    return {};
  }

  void take_file(bool first) {
    const auto& file = scanner.file();
    const bool unscrubbed = info.contains_unscrubbed || file.contains_unscrubbed;
    if (first)
      info = {to_hex(file.uuid),
              file.service,
              file.host,
              file.build,
              file.created_ns,
              file.scrub_policy,
              false,
              file.source,
              file.envelope ? file.envelope->key_id : std::string()};
    info.contains_unscrubbed = unscrubbed;
  }

  void take_chunk() {
    const auto raw = decompressor.decompress(scanner.chunk(), scanner.stored(), scanner.file().opener.get());
    if (!raw && !scanner.file().locked.empty()) {
      scanner.note_lost_chunk(scanner.file().locked);
      return;
    }
    if (!raw) {
      scanner.note_lost_chunk(raw.error().message);
      return;
    }
    records = wire::Reader(*raw);
    in_chunk = true;
    exchanges_in_chunk = 0;
    ++totals.chunks;
    totals.raw_bytes += raw->size();
    totals.stored_bytes += scanner.chunk().header_bytes + scanner.chunk().stored_bytes;
  }

  /// The next exchange of the current chunk; null when it has no more.
  const ExchangeView* next_in_chunk() {
    while (records.next()) {
      if (!records.is(1, wire::Type::bytes)) continue;
      const auto kind = decode_record(records.bytes(), exchange, gap);
      if (kind == RecordKind::malformed) {
        scanner.note_lost_chunk("a record is malformed");
        in_chunk = false;
        return nullptr;
      }
      if (kind != RecordKind::exchange) continue;
      ++exchanges_in_chunk;
      if (filter && !filter->matches(exchange)) continue;
      ++totals.exchanges;
      return &exchange;
    }
    in_chunk = false;
    if (records.failed())
      scanner.note_lost_chunk("a record is malformed");
    else if (exchanges_in_chunk != scanner.chunk().exchanges)
      scanner.note_lost_chunk("holds another number of exchanges than its header says");
    return nullptr;
  }

  /// One frame further; false at the end.
  bool take_frame() {
    const auto event = scanner.next();
    totals.position = scanner.position();
    if (event == ScanEvent::file) take_file(false);
    if (event == ScanEvent::chunk) take_chunk();
    return event != ScanEvent::end;
  }

  const ExchangeView* next() {
    while (true) {
      if (in_chunk) {
        if (const auto* found = next_in_chunk()) return found;
      } else if (!take_frame()) {
        return nullptr;
      }
    }
  }

  const ExchangeView* next_at_hand() {
    if (!in_chunk) take_frame();
    return in_chunk ? next_in_chunk() : nullptr;
  }

  void select(const Filter& wanted) {
    filter = wanted;
    scanner.select([this](const ChunkHeader& chunk) { return filter->may_match(chunk); });
  }

  bool refresh() {
    if (in_chunk) return true;
    const bool more = scanner.refresh();
    totals.file_bytes = scanner.size();
    return more;
  }

  std::optional<Filter> filter;
  FrameScanner scanner;
  ChunkDecompressor decompressor;
  wire::Reader records;
  bool in_chunk = false;
  std::uint32_t exchanges_in_chunk = 0;
  ExchangeView exchange;
  FileInfo info;
  Gap gap;
  ReadTotals totals;
};

Reader::Reader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;

Outcome<Reader> Reader::open(const std::filesystem::path& path) { return open(path, ReaderOptions()); }

Outcome<Reader> Reader::open(const std::filesystem::path& path, const Filter& filter) {
  ReaderOptions options;
  options.filter = filter;
  return open(path, options);
}

Outcome<Reader> Reader::open(const std::filesystem::path& path, const ReaderOptions& options) {
  auto source = open_file_source(path);
  if (!source) return source.error();
  return begin(*std::move(source), path.string(), options);
}

Outcome<Reader> Reader::from_bytes(std::string bytes, const ReaderOptions& options) {
  return begin(make_memory_source(std::move(bytes)), "capture in memory", options);
}

Outcome<Reader> Reader::begin(std::unique_ptr<ByteSource> source, const std::string& name,
                              const ReaderOptions& options) {
  auto impl = std::make_unique<Impl>(std::move(source));
  impl->scanner.use_keys(options.keys);
  if (auto begun = impl->begin(name); !begun) return begun.error();
  if (options.filter) impl->select(*options.filter);
  return Reader(std::move(impl));
}

const ExchangeView* Reader::next() { return impl_->next(); }
bool Reader::refresh() { return impl_->refresh(); }
const ExchangeView* Reader::next_at_hand() { return impl_->next_at_hand(); }
const FileInfo& Reader::info() const { return impl_->info; }
const Damage& Reader::damage() const { return impl_->scanner.damage(); }
const Gaps& Reader::gaps() const { return impl_->gap; }
const ReadTotals& Reader::totals() const { return impl_->totals; }
bool Reader::sealed() const { return impl_->scanner.sealed(); }

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
