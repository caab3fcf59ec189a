// Encrypted captures with a known key: any bytes as a file, as what an authentic chunk, index or summary
// holds, and as changes of an intact file. The reader ends, in bounded memory, and gives nothing that was not
// sealed.
#include "capture-format/crypto/key_file.hpp"
#include "capture-format/layout/file_header.hpp"
#include "capture-format/layout/key_envelope_message.hpp"
#include "capture-format/layout/sealed_chunk.hpp"
#include "capture-format/layout/summary.hpp"
#include "capture-format/layout/wire.hpp"
#include "capture-format/reader.hpp"
#include "capture-format/writer/chunk_builder.hpp"
#include "capture-format/writer/chunk_compressor.hpp"
#include "capture-format/writer/file_sealer.hpp"
#include "core/base/crc32c.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

namespace understudy::capture {
namespace {

constexpr std::string_view kPath = "/sealed";

KeyRingPtr fixed_keys() {
  static const KeyRingPtr keys =
      std::make_shared<KeyFile>("fuzz", *SecretKey::from_bytes(std::string(32, 'k')));
  return keys;
}

struct Opened {
  FileHeader file;
  std::unique_ptr<FileSealer> sealer;
  std::string bytes;

  Opened() {
    file.uuid.fill('u');
    sealer = *FileSealer::make(fixed_keys().get(), file);
    bytes = encode(file);
  }

  void add(ChunkHeader header, std::string_view zstd_frame) {
    header.file_uuid = file.uuid;
    const auto sealed = sealer->seal_chunk(header, zstd_frame);
    bytes.append(sealed->header).append(sealed->stored);
  }
};

/// What comes back of a file whose writer has put nothing but exchanges of one path into it.
void read_all(std::string bytes, bool only_ours) {
  ReaderOptions options;
  options.keys = fixed_keys();
  auto reader = Reader::from_bytes(std::move(bytes), options);
  if (!reader) return;
  while (const auto* exchange = reader->next())
    if (only_ours && exchange->request.target != kPath) std::abort();
}

/// Two chunks of an exchange each, and the summary.
std::string intact_file() {
  Opened file;
  Summary summary;
  for (std::uint64_t i = 0; i < 2; ++i) {
    ChunkBuilder chunk(4096);
    ExchangeView exchange;
    exchange.id = i + 1;
    exchange.request.method = "GET";
    exchange.request.target = kPath;
    chunk.append(exchange);
    auto header = chunk.header();
    ChunkCompressor compressor(1);
    const auto stored = compressor.compress(chunk.raw(), header);
    header.sequence = i;
    header.file_uuid = file.file.uuid;
    summary.add(file.bytes.size(), header);
    file.add(header, *stored);
  }
  const auto offset = file.bytes.size();
  return file.bytes + *file.sealer->seal_summary(encode(summary, file.file.uuid, offset), 2, offset);
}

/// Each four bytes of the input change one place; then the checksums of the chunk headers are put right.
void read_changed(std::string_view changes) {
  static const std::string intact = intact_file();
  auto bytes = intact;
  for (; changes.size() >= 4; changes.remove_prefix(4)) {
    const auto at = wire::load<std::uint16_t>(changes.data()) % bytes.size();
    bytes[at] = static_cast<char>(bytes[at] ^ changes[2]);
  }
  const auto head = file_header_length(bytes);
  if (head && *head <= bytes.size()) {
    wire::store(bytes.data() + *head - 4, crc32c({bytes.data(), *head - 4}));
    const auto first = chunk_header_length(std::string_view(bytes).substr(*head));
    if (first && *head + *first <= bytes.size())
      wire::store(bytes.data() + *head + *first - 4, crc32c({bytes.data() + *head, *first - 4}));
  }
  read_all(std::move(bytes), true);
}

/// The input as what an authentic chunk holds; its raw length is the input's own claim.
void read_sealed(std::string_view content) {
  Opened file;
  ChunkHeader header;
  header.exchanges = 1;
  if (const auto head = parse_zstd_frame_head(content))
    header.raw_bytes = static_cast<std::uint32_t>(head->content_bytes);
  file.add(header, content);
  read_all(std::move(file.bytes), false);
}

void decode(std::string_view input) {
  if (const auto extension = decode_chunk_extension(input)) encode(*extension);
  static_cast<void>(with_envelope_in_extension(input, {"id", std::string(60, 'w')}));
  static_cast<void>(with_envelope(input, {"id", std::string(60, 'w')}));
  static_cast<void>(decode_summary_content(input, 1000));
  static_cast<void>(decode_sealed_summary(input, Uuid{}));
  ChunkHeader header;
  complete_header(header, input);
}

}  // namespace
}  // namespace understudy::capture

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy::capture;
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      read_all(std::string(input), false);
      break;
    case 1:
      read_changed(input);
      break;
    case 2:
      read_sealed(input);
      break;
    default:
      decode(input);
  }
  return 0;
}
