// One chunk while it is being filled: the raw bytes and the statistics that its header will tell.
#pragma once

#include "capture-format/layout/chunk_header.hpp"
#include "capture-format/record.hpp"
#include "capture-format/writer/exchange_encoder.hpp"
#include "capture-format/writer/route_table.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace understudy::capture {

/// Owned by one thread at a time. Reused for chunk after chunk; `clear` keeps the memory of ordinary size.
class ChunkBuilder {
 public:
  /// Has room for a quarter more than wanted, so that the record that fills it mostly finds room too.
  explicit ChunkBuilder(std::size_t wanted_bytes);

  /// Forgets the content. A buffer that had grown for one large record goes back to its ordinary size.
  void clear();
  bool empty() const noexcept { return header_.records == 0; }
  std::string_view raw() const noexcept { return {bytes_.get(), size_}; }
  /// As large as wanted: time to seal it.
  bool full() const noexcept { return size_ >= wanted_bytes_; }
  std::size_t room() const noexcept { return capacity_ - size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  std::size_t ordinary_capacity() const noexcept { return ordinary_capacity_; }

  /// Makes room for one record of up to `bytes`, only while empty.
  void grow(std::size_t bytes);

  /// What `append` may need for an exchange of this encoded size.
  static constexpr std::size_t needed(std::size_t size_bound) noexcept {
    return size_bound + kConnectionRecordBytesMax;
  }

  /// False, and nothing appended, when there is no room; with `needed(encoded_size_bound(exchange))` there
  /// is.
  bool append(const ExchangeView& exchange, Bodies bodies = Bodies::keep) noexcept;
  /// Needs kGapRecordBytesMax of room.
  void append_gap(const Gap& gap) noexcept;

  /// What its header will call it as soon as it holds an exchange. Only while empty.
  void set_kind(ChunkKind kind) noexcept { kind_ = kind; }
  /// Counts the endpoints: once, when nothing more is appended, and not on the thread that appends.
  void complete() noexcept;

  /// Counts, times, status classes ... of what was appended; the endpoints after `complete`; identity and
  /// sizes are for the writer to fill in.
  const ChunkHeader& header() const noexcept { return header_; }
  const RouteTable& routes() const noexcept { return routes_; }
  /// All gaps in this chunk, for whoever must give them on when the chunk is lost.
  const Gap& gap() const noexcept { return gap_; }

 private:
  std::uint64_t& slot_of(std::uint64_t connection_id) noexcept;
  void count(const ExchangeView& exchange, Bodies bodies) noexcept;

  static constexpr std::size_t kConnectionSlots = 1024;
  static constexpr std::size_t kOverrunPart = 4;

  std::size_t wanted_bytes_;
  std::size_t ordinary_capacity_;
  std::size_t capacity_;
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  ChunkHeader header_;
  ChunkKind kind_ = ChunkKind::data;
  RouteTable routes_;
  Gap gap_;
  // Which connections have their record in this chunk already: a cache, a miss only writes the record once
  // more.
  std::array<std::uint64_t, kConnectionSlots> connections_{};  ///< the ids plus one; 0: none
};

}  // namespace understudy::capture
