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
    return {};
  }

  void take_file(bool first) {
    const auto& file = scanner.file();
    const bool unscrubbed = info.contains_unscrubbed || file.contains_unscrubbed;
    if (first)
      info = {to_hex(file.uuid), file.service,      file.host, file.build,
              file.created_ns,   file.scrub_policy, false,     file.source};
    info.contains_unscrubbed = unscrubbed;
  }

  void take_chunk() {
    const auto raw = decompressor.decompress(scanner.chunk(), scanner.stored());
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

Outcome<Reader> Reader::open(const std::filesystem::path& path) {
  auto source = open_file_source(path);
  if (!source) return source.error();
  auto impl = std::make_unique<Impl>(std::move(*source));
  if (auto begun = impl->begin(path.string()); !begun) return begun.error();
  return Reader(std::move(impl));
}

Outcome<Reader> Reader::open(const std::filesystem::path& path, const Filter& filter) {
  auto reader = open(path);
  if (reader) reader->impl_->select(filter);
  return reader;
}

Outcome<Reader> Reader::from_bytes(std::string bytes) {
  auto impl = std::make_unique<Impl>(make_memory_source(std::move(bytes)));
  if (auto begun = impl->begin("capture in memory"); !begun) return begun.error();
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

Outcome<bool> contains_unscrubbed(const std::filesystem::path& path) {
  auto source = open_file_source(path);
  if (!source) return source.error();
  FrameScanner scanner(std::move(*source), FrameScanner::Content::headers_only);
  if (auto begun = scanner.begin(path.string()); !begun) return begun.error();
  while (true) {
    const auto event = scanner.next();
    if (event == ScanEvent::end) return false;
    if (event == ScanEvent::file && scanner.file().contains_unscrubbed) return true;
  }
}

}  // namespace understudy::capture
