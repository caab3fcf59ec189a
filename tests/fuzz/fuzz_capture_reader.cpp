// Any bytes as a capture file: the reader ends, in bounded memory, without a crash. Half of the inputs get
// their checksums put right first, so that the decoders behind them are reached.
#include "capture-format/layout/chunk_header.hpp"
#include "capture-format/layout/file_header.hpp"
#include "capture-format/layout/key_envelope_message.hpp"
#include "capture-format/layout/wire.hpp"
#include "capture-format/reader.hpp"
#include "capture-format/reader/exchange_decoder.hpp"
#include "core/base/crc32c.hpp"
#include "tests/fuzz/verify.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace understudy::capture {
namespace {

/// A capture with one chunk that stores the input, all its checksums right. The raw length is the input's own
/// claim. With `errors` of a hundred exchanges it can be read piece by piece.
std::string capture_around(std::string_view stored, std::uint32_t errors) {
  FileHeader file;
  file.uuid.fill('u');
  ChunkHeader chunk;
  chunk.file_uuid = file.uuid;
  chunk.exchanges = errors == 0 ? 1 : 100;
  chunk.status_class[5] = errors;
  if (const auto head = parse_zstd_frame_head(stored))
    chunk.raw_bytes = static_cast<std::uint32_t>(head->content_bytes);
  chunk.stored_bytes = static_cast<std::uint32_t>(stored.size());
  chunk.stored_crc32c = crc32c(stored);
  ChunkExtension extension;
  constexpr std::size_t kPieceBytes = 32;
  if (errors != 0 && stored.size() <= kPieceBytes * StoredPieces::kCountMax) {
    extension.pieces.bytes = kPieceBytes;
    for (std::size_t at = 0; at < stored.size(); at += kPieceBytes)
      extension.pieces.crc32c.push_back(crc32c(stored.substr(at, kPieceBytes)));
  }
  return encode(file).append(encode(chunk, encode(extension))).append(stored);
}

struct Seen {
  bool opened = false;
  std::uint64_t exchanges = 0;
  std::uint64_t touched = 0;
  Damage damage;
};

Seen read_all(std::string bytes, const ReaderOptions& options) {
  Seen seen;
  auto reader = Reader::from_bytes(std::move(bytes), options);
  seen.opened = reader.has_value();
  if (!reader) return seen;
  while (const auto* exchange = reader->next()) {
    ++seen.exchanges;
    for (const auto& [name, value] : exchange->request.headers) seen.touched += name.size() + value.size();
    seen.touched += exchange->request.body.size() + exchange->response.body.size();
  }
  seen.damage = reader->damage();
  return seen;
}

/// Threads change nothing; a filter on a sealed file, which reads by the index, gives no more than there is.
void check(const std::string& bytes) {
  ReaderOptions alone;
  alone.decode_threads = 1;
  const auto expected = read_all(bytes, alone);
  ReaderOptions threaded;
  threaded.decode_threads = 3;
  threaded.threads_from_bytes = 0;
  const auto seen = read_all(bytes, threaded);
  UNDERSTUDY_VERIFY(seen.opened == expected.opened && seen.exchanges == expected.exchanges);
  UNDERSTUDY_VERIFY(seen.touched == expected.touched);
  UNDERSTUDY_VERIFY(seen.damage.chunks_lost == expected.damage.chunks_lost);
  UNDERSTUDY_VERIFY(seen.damage.notes == expected.damage.notes);
  static const std::vector<std::string> kTerms{"status=5xx|none"};
  auto filtered = alone;
  filtered.filter = *Filter::parse(kTerms);
  read_all(bytes, filtered);
}

}  // namespace
}  // namespace understudy::capture

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy::capture;
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      check(std::string(input));
      break;
    case 1:
      check(capture_around(input, data[0] >> 6));
      break;
    default: {
      ExchangeView exchange;
      Gap gap;
      decode_record(input, exchange, gap);
    }
  }
  return 0;
}
