#include "capture-format/reader/chunk_step.hpp"

#include "capture-format/layout/limits.hpp"

#include <utility>

#include <fmt/format.h>

namespace understudy::capture {

void ChunkStep::decode() {
  raw = {};
  failure.reset();
  if (event != ScanEvent::chunk) return;
  if (is_beginning) {
    raw = beginning.view();
    return;
  }
  auto decompressed = decompressor_.decompress(chunk, stored.view(), file->opener.get());
  if (decompressed)
    raw = *decompressed;
  else
    failure = file->locked.empty() ? std::move(decompressed.error().message) : file->locked;
}

void ChunkStep::release_stored() noexcept {
  stored = {};
  decompressor_.release_frame();
}

std::size_t ChunkStep::bytes() const noexcept {
  if (event != ScanEvent::chunk) return 0;
  return is_beginning ? beginning.view().size() : std::size_t{chunk.stored_bytes} + chunk.raw_bytes;
}

void add_damage(Damage& total, Damage&& more) {
  total.chunks_lost += more.chunks_lost;
  total.bytes_skipped += more.bytes_skipped;
  total.incidents += more.incidents;
  for (auto& note : more.notes)
    if (total.notes.size() < kDamageNotesMax) total.notes.push_back(std::move(note));
}

void add_lost_chunk(Damage& total, const ChunkHeader& chunk, std::uint64_t chunk_offset,
                    std::string_view what) {
  ++total.chunks_lost;
  ++total.incidents;
  if (total.notes.size() < kDamageNotesMax)
    total.notes.push_back(fmt::format("chunk {} at offset {}: {}", chunk.sequence, chunk_offset, what));
}

}  // namespace understudy::capture
