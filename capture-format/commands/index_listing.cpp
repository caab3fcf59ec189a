#include "capture-format/commands/index_listing.hpp"

#include "capture-format/layout/record_names.hpp"
#include "capture-format/reader/byte_source.hpp"
#include "capture-format/reader/frame_scanner.hpp"
#include "core/base/units.hpp"

#include <array>
#include <chrono>
#include <functional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace understudy::capture {
namespace {

constexpr std::array<std::string_view, 3> kKindNames{"data", "straggler", "gap"};
constexpr std::array<std::pair<ChunkFlag, std::string_view>, 9> kFlagNames{{{kEncrypted, "encrypted"},
                                                                            {kRaw, "raw"},
                                                                            {kHas5xx, "5xx"},
                                                                            {kHasDiff, "diff"},
                                                                            {kHasTruncation, "cut"},
                                                                            {kHasWebSocket, "websocket"},
                                                                            {kBloomSaturated, "saturated"},
                                                                            {kHasGap, "gap"},
                                                                            {kHoldsFileMagic, "magic"}}};

std::string_view name_of(ChunkKind kind) {
  const auto at = static_cast<std::size_t>(kind);
  return at < kKindNames.size() ? kKindNames[at] : "unknown";
}

std::string flags_of(const ChunkHeader& chunk) {
  std::string text;
  for (const auto& [flag, name] : kFlagNames)
    if ((chunk.flags & flag) != 0) text.append(text.empty() ? "" : ",").append(name);
  return text.empty() ? "-" : text;
}

struct Visitor {
  std::function<void(const FileHeader&)> file;
  std::function<void(const ChunkHeader&, std::uint64_t offset)> chunk;
};

struct Walked {
  DamageNotes damage;
  bool sealed = false;
};

Outcome<Walked> walk(const std::string& path, const KeyRingPtr& keys, const Visitor& visitor) {
  auto source = open_file_source(path);
  if (!source) return source.error();
  FrameScanner scanner(std::move(*source), FrameScanner::Content::headers_only);
  scanner.use_keys(keys);
  if (auto begun = scanner.begin(path); !begun) return begun.error();
  for (auto event = scanner.next(); event != ScanEvent::end; event = scanner.next()) {
    if (event == ScanEvent::file) visitor.file(scanner.file());
    if (event == ScanEvent::chunk) visitor.chunk(scanner.chunk(), scanner.chunk_offset());
  }
  return Walked{scanner.damage().notes, scanner.sealed()};
}

std::string span_of(const ChunkHeader& chunk) {
  if (chunk.max_start_ns == 0) return "-";
  return format_duration(
      std::chrono::nanoseconds(chunk.max_end_ns - std::min(chunk.min_start_ns, chunk.max_end_ns)));
}

std::string line_of(const ChunkHeader& chunk, std::uint64_t offset) {
  return fmt::format("{:>6} {:>13} {:<9} {:<24} {:>11} {:>9} {:>10} {:>10} {}\n", chunk.sequence,
                     format_count(offset), name_of(chunk.kind),
                     chunk.max_start_ns == 0 ? std::string("-") : format_wall_time(chunk.min_start_ns),
                     span_of(chunk), format_count(chunk.exchanges), format_size(chunk.raw_bytes),
                     format_size(chunk.stored_bytes), flags_of(chunk));
}

void write_chunk(JsonWriter& json, const ChunkHeader& chunk, std::uint64_t offset) {
  json.begin_object().member("sequence", chunk.sequence).member("offset", offset);
  json.member("header_bytes", std::uint64_t{chunk.header_bytes}).member("kind", name_of(chunk.kind));
  json.member("min_start_ns", chunk.min_start_ns).member("max_start_ns", chunk.max_start_ns);
  json.member("max_end_ns", chunk.max_end_ns).member("records", chunk.records);
  json.member("exchanges", chunk.exchanges).member("raw_bytes", chunk.raw_bytes);
  json.member("stored_bytes", chunk.stored_bytes).member("max_latency_us", chunk.max_latency_us);
  json.key("status").begin_object();
  for (std::size_t i = 0; i < kStatusClassNames.size(); ++i)
    json.member(kStatusClassNames[i], chunk.status_class[i]);
  json.end_object().member("dropped_exchanges", chunk.dropped_exchanges);
  json.key("flags").begin_array();
  for (const auto& [flag, name] : kFlagNames)
    if ((chunk.flags & flag) != 0) json.value(name);
  json.end_array().end_object();
}

}  // namespace

Outcome<DamageNotes> print_index_lines(const std::string& path, const KeyRingPtr& keys, Output& output) {
  std::uint64_t chunks = 0;
  std::uint64_t exchanges = 0;
  Visitor visitor;
  visitor.file = [&](const FileHeader& file) {
    output.write(fmt::format("{} (file {})\n{:>6} {:>13} {:<9} {:<24} {:>11} {:>9} {:>10} {:>10} {}\n", path,
                             to_hex(file.uuid).substr(0, 8), "chunk", "offset", "kind", "from", "span",
                             "exchanges", "raw", "stored", "flags"));
  };
  visitor.chunk = [&](const ChunkHeader& chunk, std::uint64_t offset) {
    ++chunks;
    exchanges += chunk.exchanges;
    output.write(line_of(chunk, offset));
  };
  auto walked = walk(path, keys, visitor);
  if (!walked) return walked.error();
  output.write(fmt::format("{} chunks, {} exchanges, {}\n", format_count(chunks), format_count(exchanges),
                           walked->sealed ? "sealed" : "NOT sealed: --rebuild writes the summary"));
  return std::move(walked->damage);
}

Outcome<DamageNotes> index_as_json(const std::string& path, const KeyRingPtr& keys, JsonWriter& json,
                                   const std::function<void()>& chunk_written) {
  json.begin_object().member("path", path).key("chunks").begin_array();
  Visitor visitor;
  visitor.file = [](const FileHeader&) {};
  visitor.chunk = [&](const ChunkHeader& chunk, std::uint64_t offset) {
    write_chunk(json, chunk, offset);
    chunk_written();
  };
  auto walked = walk(path, keys, visitor);
  if (!walked) return walked.error();
  json.end_array().member("sealed", walked->sealed).array("damage", walked->damage).end_object();
  return std::move(walked->damage);
}

}  // namespace understudy::capture
