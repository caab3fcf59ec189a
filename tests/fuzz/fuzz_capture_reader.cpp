// Any bytes as a capture file: the reader ends, in bounded memory, without a crash. Half of the inputs get
// their checksums put right first, so that the decoders behind them are reached.
#include "capture-format/layout/chunk_header.hpp"
#include "capture-format/layout/file_header.hpp"
#include "capture-format/layout/wire.hpp"
#include "capture-format/reader.hpp"
#include "capture-format/reader/exchange_decoder.hpp"
#include "core/base/crc32c.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::capture {
namespace {

/// A capture with one chunk that stores the input, all its checksums right. The raw length is the input's own
/// claim.
std::string capture_around(std::string_view stored) {
  FileHeader file;
  file.uuid.fill('u');
  ChunkHeader chunk;
  chunk.file_uuid = file.uuid;
  chunk.exchanges = 1;
  if (const auto head = parse_zstd_frame_head(stored))
    chunk.raw_bytes = static_cast<std::uint32_t>(head->content_bytes);
  chunk.stored_bytes = static_cast<std::uint32_t>(stored.size());
  chunk.stored_crc32c = crc32c(stored);
  const auto fixed = encode(chunk);
  return encode(file).append(fixed.data(), fixed.size()).append(stored);
}

void read_all(std::string bytes) {
  auto reader = Reader::from_bytes(std::move(bytes));
  if (!reader) return;
  std::size_t touched = 0;
  while (const auto* exchange = reader->next()) {
    for (const auto& [name, value] : exchange->request.headers) touched += name.size() + value.size();
    touched += exchange->request.body.size() + exchange->response.body.size();
  }
  volatile std::size_t sink = touched + reader->damage().notes.size();
  static_cast<void>(sink);
}

}  // namespace
}  // namespace understudy::capture

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy::capture;
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      read_all(std::string(input));
      break;
    case 1:
      read_all(capture_around(input));
      break;
    default: {
      ExchangeView exchange;
      Gap gap;
      decode_record(input, exchange, gap);
    }
  }
  return 0;
}
