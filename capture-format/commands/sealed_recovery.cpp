#include "capture-format/commands/sealed_recovery.hpp"

#include "capture-format/commands/console.hpp"
#include "capture-format/commands/text_file.hpp"
#include "capture-format/layout/summary.hpp"
#include "capture-format/reader/frame_probe.hpp"
#include "capture-format/reader/frame_scanner.hpp"

#include <fmt/format.h>

namespace understudy::capture {
namespace {

/// The frame at the begin of a file: as it stands there, or made of what is still known.
std::string header_frame(ByteSource& source, const FrameScanner& scanner) {
  const auto probed = FrameProbe(source).file_header(scanner.file_start());
  if (probed.error == FileHeaderError::none && probed.header.uuid == scanner.file().uuid)
    return source.read_at(scanner.file_start(), probed.frame_bytes);
  return encode(scanner.file());
}

std::string summary_frame(ByteSource& source, const FrameScanner& scanner) {
  const auto end = scanner.position();
  const auto trailer = decode_summary_trailer(
      source.read_at(end - kSummaryTrailerBytes, kSummaryTrailerBytes), scanner.file().uuid);
  if (!trailer || trailer->summary_bytes > end) return {};
  auto frame = source.read_at(end - trailer->summary_bytes, static_cast<std::size_t>(trailer->summary_bytes));
  return is_intact_summary(frame, scanner.file().uuid) ? frame : std::string();
}

}  // namespace

Outcome<Recovered> copy_sealed_frames(const std::string& input, const std::string& output, bool overwrite) {
  auto scanned = open_file_source(input);
  if (!scanned) return scanned.error();
  if (input == "-") return Failure{"standard input: is encrypted; give a file, or its key"};
  auto source = open_file_source(input);
  if (!source) return source.error();
  FrameScanner scanner(std::move(*scanned), FrameScanner::Content::stored);
  if (auto begun = scanner.begin(input); !begun) return begun.error();
  auto copy = TextFile::open(output, overwrite);
  if (!copy) return copy.error();
  Progress progress("recovering " + input);
  Recovered recovered;
  recovered.still_sealed = true;
  for (auto event = scanner.next(); event != ScanEvent::end; event = scanner.next()) {
    progress.update(scanner.position(), scanner.size());
    if ((recovered.interrupted = interrupted())) return recovered;
    if (event == ScanEvent::file) (*copy)->write(header_frame(**source, scanner));
    if (event == ScanEvent::summary) (*copy)->write(summary_frame(**source, scanner));
    if (event != ScanEvent::chunk) continue;
    (*copy)->write((*source)->read_at(scanner.chunk_offset(), scanner.chunk().header_bytes));
    (*copy)->write(scanner.stored());
    ++recovered.chunks;
    recovered.exchanges += scanner.chunk().exchanges;
  }
  recovered.damage = scanner.damage();
  if ((*copy)->finish() != ExitCode::ok) return Failure{fmt::format("{}: is not complete", output)};
  return recovered;
}

}  // namespace understudy::capture
