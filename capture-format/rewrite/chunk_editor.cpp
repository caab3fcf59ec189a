#include "capture-format/rewrite/chunk_editor.hpp"

#include "capture-format/layout/wire.hpp"
#include "capture-format/reader/exchange_decoder.hpp"

namespace understudy::capture {
namespace {

constexpr std::size_t kOrdinaryBytes = std::size_t{1} << 20;
constexpr std::uint32_t kConnectionField = 2;
constexpr std::uint32_t kBodyPartField = 5;
/// Flags that the statistics do not find out again.
constexpr std::uint16_t kFlagsKept = kHasDiff | kHasWebSocket;

/// Field 1 of the record's message: the id of a connection, or of a body part's exchange.
std::uint64_t first_number(std::string_view record, std::uint32_t kind) noexcept {
  wire::Reader outer(record);
  while (outer.next()) {
    if (!outer.is(kind, wire::Type::bytes)) continue;
    wire::Reader inner(outer.bytes());
    while (inner.next())
      if (inner.is(1, wire::Type::varint)) return inner.number();
  }
  return 0;
}

bool is_body_part(std::string_view record) noexcept {
  wire::Reader fields(record);
  while (fields.next())
    if (fields.field() == kBodyPartField) return true;
  return false;
}

}  // namespace

ChunkEditor::ChunkEditor() : statistics_(kOrdinaryBytes) {}

Outcome<std::uint32_t> ChunkEditor::remove(const ChunkHeader& header, std::string_view raw,
                                           const Unwanted& unwanted) {
  if (auto done = cut(raw, unwanted); !done) return done.error();
  if (exchanges_ != header.exchanges)
    return Failure{"holds another number of exchanges than its header says"};
  if (removed_ != 0) put_together(header);
  return removed_;
}

Outcome<> ChunkEditor::cut(std::string_view raw, const Unwanted& unwanted) {
  pieces_.clear();
  connections_left_.clear();
  connections_touched_.clear();
  removed_ids_.clear();
  exchanges_ = removed_ = 0;
  gap_ = Gap{};
  wire::Reader records(raw);
  for (const char* begin = records.position(); records.next(); begin = records.position()) {
    Piece piece{{begin, static_cast<std::size_t>(records.position() - begin)}, {}, Piece::Kind::other, 0};
    if (records.is(1, wire::Type::bytes)) {
      piece.record = records.bytes();
      const auto kind = decode_record(piece.record, exchange_, gap_);
      if (kind == RecordKind::malformed) return Failure{"a record is malformed"};
      if (kind == RecordKind::exchange) {
        const bool gone = unwanted(exchange_);
        piece.kind = gone ? Piece::Kind::unwanted : Piece::Kind::exchange;
        (gone ? connections_touched_ : connections_left_).insert(exchange_.connection_id);
        if (gone) removed_ids_.insert(exchange_.id);
        ++exchanges_;
        removed_ += gone ? 1 : 0;
      } else if (kind == RecordKind::connection) {
        piece.kind = Piece::Kind::connection;
        piece.number = first_number(piece.record, kConnectionField);
      } else if (kind == RecordKind::other && is_body_part(piece.record)) {
        piece.kind = Piece::Kind::body_part;
        piece.number = first_number(piece.record, kBodyPartField);
      }
    }
    pieces_.push_back(piece);
  }
  if (records.failed()) return Failure{"a record is malformed"};
  return {};
}

bool ChunkEditor::stays(const Piece& piece) const {
  switch (piece.kind) {
    case Piece::Kind::unwanted:
      return false;
    case Piece::Kind::connection:
      return connections_left_.contains(piece.number) || !connections_touched_.contains(piece.number);
    case Piece::Kind::body_part:
      return !removed_ids_.contains(piece.number);
    default:
      return true;
  }
}

void ChunkEditor::put_together(const ChunkHeader& original) {
  raw_.clear();
  std::uint32_t records = 0;
  std::size_t needed = kGapRecordBytesMax;
  Gap ignored;
  for (const auto& piece : pieces_) {
    if (!stays(piece)) continue;
    raw_ += piece.bytes;
    ++records;
    if (piece.kind != Piece::Kind::exchange) continue;
    decode_record(piece.record, exchange_, ignored);
    needed += ChunkBuilder::needed(encoded_size_bound(exchange_));
  }
  statistics_.clear();
  statistics_.grow(needed);
  for (const auto& piece : pieces_) {
    if (piece.kind != Piece::Kind::exchange) continue;
    decode_record(piece.record, exchange_, ignored);
    statistics_.append(exchange_);
  }
  if (!gap_.empty()) statistics_.append_gap(gap_);
  statistics_.complete();
  header_ = statistics_.header();
  header_.records = records;
  header_.worker = original.worker;
  header_.flags = static_cast<std::uint16_t>(header_.flags | (original.flags & kFlagsKept));
  if (original.kind == ChunkKind::straggler && header_.exchanges != 0) header_.kind = ChunkKind::straggler;
  if (header_.exchanges == 0 && records != 0) header_.kind = ChunkKind::gap;
}

}  // namespace understudy::capture
