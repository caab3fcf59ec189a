// One chunk without some of its exchanges: every record that stays keeps its bytes.
#pragma once

#include "capture-format/record.hpp"
#include "capture-format/writer/chunk_builder.hpp"
#include "core/base/result.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace understudy::capture {

/// Reuses its memory; not thread-safe.
class ChunkEditor {
 public:
  ChunkEditor();

  using Unwanted = std::function<bool(const ExchangeView&)>;

  /// Takes out the unwanted exchanges, with what belongs to them alone: body parts, and the record of a
  /// connection that has no other exchange here. Returns how many exchanges that were; at 0 the rest of this
  /// is not to be asked. Fails when a record is malformed or their number is not that of `header`.
  Outcome<std::uint32_t> remove(const ChunkHeader& header, std::string_view raw, const Unwanted& unwanted);

  /// What is left, which may be nothing.
  std::string_view raw() const noexcept { return raw_; }
  /// Its statistics; identity, place and sizes are for the writer to fill in.
  const ChunkHeader& header() const noexcept { return header_; }
  const RouteTable& routes() const noexcept { return statistics_.routes(); }

 private:
  struct Piece {
    std::string_view bytes;  ///< with tag and length
    std::string_view record;
    enum class Kind : std::uint8_t { exchange, unwanted, connection, body_part, other } kind = Kind::other;
    std::uint64_t number = 0;  ///< of the connection, or of the body part's exchange
  };

  Outcome<> cut(std::string_view raw, const Unwanted& unwanted);
  bool stays(const Piece& piece) const;
  void put_together(const ChunkHeader& original);

  std::vector<Piece> pieces_;
  std::unordered_set<std::uint64_t> connections_left_;
  std::unordered_set<std::uint64_t> connections_touched_;
  std::unordered_set<std::uint64_t> removed_ids_;
  std::uint32_t exchanges_ = 0;
  std::uint32_t removed_ = 0;
  Gap gap_;
  ExchangeView exchange_;
  ChunkBuilder statistics_;
  std::string raw_;
  ChunkHeader header_;
};

}  // namespace understudy::capture
